/** Checks examples/lamp with its web page in jsdom: two pages switch the lamp and show its state. */

import { wsConnect } from "../support/wspeer.js";
import { Page } from "./page.js";
import type { Check } from "./stage.js";

export const lamp: Check = {
	title: "examples/lamp",
	async perform(stage) {
		const device = await stage.start(await stage.workshop.example("lamp", { port: 0 }));
		const port = Number((await device.traced(/^the lamp listens on port (\d+)$/))[1]);
		const open = async () => {
			const page = await Page.open(`http://127.0.0.1:${port}/`);
			stage.atEnd(() => page.close());
			await page.shows("state", "connected");
			return page;
		};
		const [one, other] = [await open(), await open()];
		const peer = await wsConnect("127.0.0.1", port);
		stage.atEnd(() => peer.socket.terminate());
		// The lamp has registered the client when it sends the state.
		const first = await peer.json();
		one.click("lamp");
		await device.traced(/^the lamp is on$/);
		await one.shows("lamp", "on");
		await other.shows("lamp", "on");
		other.click("lamp");
		await device.traced(/^the lamp is off$/);
		await one.shows("lamp", "off");
		await other.shows("lamp", "off");
		for (const nonsense of ["nonsense", "null", '{"on":1}']) peer.send(nonsense);
		peer.send('{"on":true}');
		await device.traced(/^the lamp is on$/);
		await one.shows("lamp", "on");
		const states = [first, await peer.json(), await peer.json(), await peer.json()];
		if (JSON.stringify(states) !== '[{"on":false},{"on":true},{"on":false},{"on":true}]')
			throw new Error(`the lamp sent ${JSON.stringify(states)} to ws`);
		return "switched 3 times, by two pages and by ws; all were updated";
	},
};
