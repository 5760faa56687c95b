/** `npm run screenshot`: takes the picture of README.md from examples/dashboard on the simulated device. */

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { crc32, deflateSync } from "node:zlib";
import type { BrowserContextOptions } from "playwright-core";
import { runCommand } from "../../sim/commandline.js";
import { Simulator } from "../../sim/xs/simulator.js";
import { Chromium } from "../interop/chromium.js";

const usage = `Usage: npm run screenshot

Runs examples/dashboard on the simulated device, opens its page in headless Chromium (/usr/bin/chromium) in light on a
desktop and in dark on a phone, and writes figures/dashboard.png.
`;

const root = new URL("../../", import.meta.url);
/** Pictures in one row: width and height of each, in CSS pixels. */
const views: readonly BrowserContextOptions[] = [
	{ viewport: { width: 720, height: 672 }, colorScheme: "light" },
	{ viewport: { width: 360, height: 672 }, colorScheme: "dark" },
];

/** Starts the device. Resolves with the address of its page. */
function start(): Promise<{ device: Simulator; url: string }> {
	return new Promise((resolve, reject) => {
		const program = fileURLToPath(new URL("examples/dashboard/main.ts", root));
		Simulator.start({
			program,
			config: { port: 0, interval: 100 },
			onTrace(line, device) {
				const [, url] = /^open (.*)$/.exec(line) ?? [];
				if (url) resolve({ device, url });
			},
		}).catch(reject);
	});
}

/** Runs in a browser: joins pictures, PNG in base64, side by side. Returns red, green and blue of each pixel, in base64. */
async function sideBySide(shots: string[]): Promise<{ width: number; height: number; colours: string }> {
	const images = await Promise.all(
		shots.map(async (shot) => {
			const image = new Image();
			image.src = `data:image/png;base64,${shot}`;
			await image.decode();
			return image;
		}),
	);
	const canvas = document.createElement("canvas");
	canvas.width = images.reduce((sum, { width }) => sum + width, 0);
	canvas.height = Math.max(...images.map(({ height }) => height));
	const context = canvas.getContext("2d", { alpha: false }) as CanvasRenderingContext2D;
	let left = 0;
	for (const image of images) {
		context.drawImage(image, left, 0);
		left += image.width;
	}
	const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
	const colours: string[] = [];
	data.forEach((value, index) => {
		// Fewer shades take less space, and are not seen.
		if (index % 4 < 3) colours.push(String.fromCharCode(Math.min(255, Math.round(value / 4) * 4)));
	});
	return { width: canvas.width, height: canvas.height, colours: btoa(colours.join("")) };
}

function chunk(type: string, data: Buffer): Buffer {
	const body = Buffer.concat([Buffer.from(type), data]);
	const ends = Buffer.alloc(8);
	ends.writeUInt32BE(data.length, 0);
	ends.writeUInt32BE(crc32(body), 4);
	return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}

/** Encodes a picture as PNG without filters: of flat areas and text that takes less space than what Chromium writes. */
function png(width: number, height: number, colours: Buffer): Buffer {
	const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0]);
	header.writeUInt32BE(width, 0);
	header.writeUInt32BE(height, 4);
	const length = width * 3;
	const rows = Array.from({ length: height }, (_, y) => [
		Buffer.alloc(1),
		colours.subarray(y * length, (y + 1) * length),
	]);
	return Buffer.concat([
		Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
		chunk("IHDR", header),
		chunk("IDAT", deflateSync(Buffer.concat(rows.flat()), { level: 9 })),
		chunk("IEND", Buffer.alloc(0)),
	]);
}

await runCommand(usage, {}, async () => {
	const { device, url } = await start();
	const browser = await Chromium.start();
	try {
		const opened = await Promise.all(views.map((view) => browser.open(view)));
		await Promise.all(opened.map(({ page }) => page.goto(url)));
		await opened[0]?.page.click("#light");
		const shots: string[] = [];
		for (const { page } of opened) {
			await page.locator("#span", { hasText: "The last 60 readings" }).waitFor();
			await page.locator("#light[aria-checked=true]").waitFor();
			shots.push((await page.screenshot({ animations: "disabled" })).toString("base64"));
		}
		const { page } = await browser.open();
		const { width, height, colours } = await page.evaluate(sideBySide, shots);
		const picture = png(width, height, Buffer.from(colours, "base64"));
		writeFileSync(new URL("figures/dashboard.png", root), picture);
		console.log(`figures/dashboard.png has ${picture.byteLength} bytes.`);
	} finally {
		await browser.stop();
		await device.stop();
	}
	return 0;
});
