/** Checks examples/discovery on a platform without multicast DNS: its page connects to its server. */

import { Page } from "./page.js";
import type { Check } from "./stage.js";

export const discovery: Check = {
	title: "examples/discovery",
	async perform(stage) {
		const device = await stage.start(await stage.workshop.example("discovery", { port: 0 }));
		const port = Number((await device.traced(/^listening on port (\d+)$/))[1]);
		const page = await Page.open(`http://127.0.0.1:${port}/`);
		stage.atEnd(() => page.close());
		await page.shows("message", '{"hello":"lamp"}');
		return "its page shows the message of its server";
	},
};
