/** The figures of docs/memory.md. */

import { kindTable } from "../siege/kinds.js";
import { markdownTable } from "../support/markdown.js";
import { type Measurements, scripts } from "./data.js";
import { flashFigure } from "./flash.js";
import { section } from "./section.js";

export function memoryFigures(measurements: Measurements): string {
	return [
		section(
			"What a connection takes",
			[scripts["memory-moddable"], scripts.memory],
			memory(measurements),
			"memory",
		),
		section("What an app takes in flash", [scripts.flash], flashFigure(measurements.flash)),
		section("Bytecode", [scripts["memory-moddable"]], bytecode(measurements)),
		section("TLS", [scripts.tls], tls(measurements)),
		section("Under attack", [scripts.siege], siege(measurements)),
	].join("\n\n");
}

function memory({ memory: npm, "memory-moddable": moddable }: Measurements): string {
	const { shares, slope, garbage } = moddable;
	const rows = shares.map(({ name, slots, chunks, bytes, budget }) => [
		name,
		slots,
		Math.round(chunks),
		Math.round(bytes),
		budget ?? "",
	]);
	const growth = slope.map(
		({ name, count, slots, chunks }) =>
			`After ${count} ${name} the heap has grown by ${slots} slots and ${chunks} bytes of chunks.`,
	);
	return [
		`An idle connection on ${moddable.engine}, in bytes on a 32-bit device (16 per slot), without its native socket and the buffer of its send queue; each has one listener. ${comparison(npm)}`,
		markdownTable(["", "slots", "bytes of chunks", "bytes", "budget"], rows),
		`Garbage per message, in slots in addition to the floor (the encoded buffer and the decoded value): ${garbageOf(garbage)}. ${growth.join(" ")}`,
	].join("\n\n");
}

/** Says what the engine from npm takes, in bytes if it has 32 bits as a device. */
function comparison({ slotSize, shares }: Measurements["memory"]): string {
	const all = shares.map(({ name, slots, bytes }) =>
		slotSize === 16
			? `${name} ${Math.round(bytes)} bytes in ${Math.round(slots)} slots`
			: `${name} ${Math.round(slots)} slots`,
	);
	const engine =
		slotSize === 16 ? "measured on the XS engine from npm, compiled for 32 bits" : "the XS engine from npm";
	return `For comparison, ${engine}: ${all.join(", ")}.`;
}

function bytecode({ "memory-moddable": { bytecode } }: Measurements): string {
	if (!bytecode) throw new Error("figures/memory-moddable.json has no bytecode.");
	return `All modules, release build for an ESP32, preloaded: ${bytecode.bytes} bytes. The goal is ${bytecode.budget} bytes, what the SDK's client, \`WebSocket\` and HTTP server take together, which have no queue, retries, counters or limits.`;
}

function tls({ tls: { connection, bytecode, slope, engine } }: Measurements): string {
	const { plain, tls } = connection;
	const more = tls.bytes - plain.bytes;
	return [
		`An open connection of a \`Client\` on ${engine}, in bytes on a 32-bit device, with its send queue of 4096 bytes: ${plain.bytes} without and ${tls.bytes} with TLS, ${more} more. The handshake needs more than that for a moment. After ${slope.count} reconnects over TLS the heap has grown by ${slope.slots} slots and ${slope.chunks} bytes of chunks.`,
		`Bytecode for an ESP32, only in apps that include \`manifest_secure.json\`: ${bytecode.sdk} bytes of the SDK's modules, ${bytecode.own} of this project's; native code of XS for large numbers and ciphers comes on top.`,
	].join("\n\n");
}

/** Returns the maximum garbage per message for each route. */
function garbageOf(garbage: Measurements["memory-moddable"]["garbage"]): string {
	const own = garbage.filter(({ subject }) => subject === "xs-web-socket");
	const ways = { sent: "send", received: "receive", "through the queue": "queue" };
	return Object.entries(ways)
		.map(([name, work]) => {
			const slots = own.filter((each) => each.work.startsWith(work)).map((each) => each.slotsBeyondFloor);
			return `${name} ${Math.max(...slots)}`;
		})
		.join(", ");
}

function siege({ siege: { kinds, summary } }: Measurements): string {
	return [
		`Device programs with the default options (test/siege/device), up to four hostile peers, and an honest one that must be served during and after the attack; each attack has a device of its own. It runs in the Moddable SDK's simulator, with the \`creation\` of hosts/esp32, a stack of 384 slots, and XS limited to ${summary.budget} bytes: an allocation beyond that ends the machine, as on a board. ${summary.survived} of ${summary.attacks} attacks are survived; XS takes ${summary.peakBytes} bytes at most.`,
		"Each row shows the peaks of its worst attack: slots and chunks in use, garbage included, and all that XS has reserved (stack, slots, chunks, tables; 16 bytes a slot).",
		kindTable(kinds),
	].join("\n\n");
}
