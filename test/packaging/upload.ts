/** Checks examples/upload: a file reaches the device in chunks. */

import { wsConnect } from "../support/wspeer.js";
import type { Check } from "./stage.js";

const length = 100_000;

export const upload: Check = {
	title: "examples/upload",
	async perform(stage) {
		const device = await stage.start(await stage.workshop.example("upload", { port: 0 }));
		const port = Number((await device.traced(/^send files to port (\d+)$/))[1]);
		const peer = await wsConnect("127.0.0.1", port);
		stage.atEnd(() => peer.socket.terminate());
		peer.socket.send(new Uint8Array(length).fill(1));
		let progress: { length: number; sum: number; last: boolean };
		do progress = (await peer.json()) as typeof progress;
		while (!progress.last);
		if (progress.length !== length || progress.sum !== length)
			throw new Error(`the device received ${JSON.stringify(progress)}`);
		return `${length} bytes arrived in chunks`;
	},
};
