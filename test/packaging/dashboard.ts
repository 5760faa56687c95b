/** Checks examples/dashboard with its web page in jsdom: two pages show live values and the light. */

import { Page } from "./page.js";
import type { Check } from "./stage.js";

export const dashboard: Check = {
	title: "examples/dashboard",
	async perform(stage) {
		const device = await stage.start(await stage.workshop.example("dashboard", { port: 0 }));
		const [, url = ""] = await device.traced(/^open (http:\/\/localhost:\d+\/)$/);
		const open = async () => {
			const page = await Page.open(url.replace("localhost", "127.0.0.1"));
			stage.atEnd(() => page.close());
			await page.shows("state", "Connected");
			return page;
		};
		const [one, other] = [await open(), await open()];
		await one.shows("temperature", /^-?\d+\.\d$/);
		await one.shows("about", "to 2 browsers");
		await one.shows("bytes", "0 of 8192 bytes");
		for (const state of ["on", "off"]) {
			one.click("light");
			await device.traced(new RegExp(`^the light is ${state}$`));
			await one.shows("light-word", state);
			await other.shows("light-word", state);
		}
		await other.shows("report", /^reading ([3-9]|\d\d+)$/);
		return "two pages showed live values, and the light that one of them switched";
	},
};
