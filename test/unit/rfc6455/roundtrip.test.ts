import test from "ava";
import { opcodes } from "../../support/frames.js";
import { Random } from "../../support/random.js";
import { Endpoint, everyWay, type Happening } from "./endpoint.js";

// ROUNDTRIP_SEED=N repeats the run of that seed.

const rounds = 400;
const characters = ["a", "b", '"', "\0", "ü", "ß", "€", "日", "🙂", "\u{10ffff}", "\ud7ff", "\ue000"];

/** Sizes: mostly small, some at a boundary of section 5.2, few large. */
function randomLength(random: Random): number {
	switch (random.choose({ small: 60, boundary: 30, large: 10 })) {
		case "small":
			return random.integer(0, 40);
		case "boundary":
			return random.integer(123, 130);
		default:
			return random.integer(65530, 65540);
	}
}

function randomText(random: Random, length: number): string {
	let text = "";
	// Long texts repeat a short one: they need no more variety.
	const part = Math.min(length, 200);
	while (text.length < part) text += characters[random.integer(0, characters.length - 1)];
	return text.repeat(Math.ceil(length / 200));
}

function randomBytes(random: Random, length: number): Buffer {
	return Buffer.from(Uint8Array.from({ length }, () => random.integer(0, 255)));
}

/** Moves the bytes that `from` has written to `to`, in pieces of any size. */
function carry(random: Random, from: Endpoint, to: Endpoint): void {
	const bytes = from.takeWritten();
	const most = random.choose({ little: 1, some: 1, all: 1 });
	for (let at = 0; at < bytes.length; ) {
		const size =
			most === "all" ? bytes.length : random.integer(1, most === "little" && bytes.length < 3000 ? 3 : 2000);
		to.push(bytes.subarray(at, at + size));
		at += size;
	}
}

for (const [role, mode] of everyWay) {
	test(`a ${role} sends in random parts, windows and pieces, and its peer receives the same messages, ${mode}`, (t) => {
		const random = new Random("ROUNDTRIP_SEED");
		t.log(`ROUNDTRIP_SEED=${random.seed}`);
		const sender = new Endpoint(role, { window: 0 });
		const receiver = new Endpoint(role === "client" ? "server" : "client", { mode });
		const sent: Happening[] = [];
		const expectedPongs: string[] = [];

		/** Sets random windows until the sender accepts `length` bytes. */
		function makeRoom(length: number): void {
			const window = () => (random.choose({ narrow: 1, wide: 3 }) === "wide" ? length + 14 : 17);
			while (sender.open(window()) < Math.max(1, length)) carry(random, sender, receiver);
		}

		for (let round = 0; round < rounds; round++) {
			if (random.next() < 0.3) {
				const payload = randomBytes(random, random.integer(0, 125));
				makeRoom(125);
				t.true(sender.control(opcodes.ping, payload));
				sent.push({ what: "control", opcode: opcodes.ping, payload: payload.toString("latin1") });
				expectedPongs.push(payload.toString("latin1"));
				carry(random, sender, receiver);
				continue;
			}
			const binary = random.next() < 0.5;
			const length = randomLength(random);
			const text = randomText(random, length);
			const bytes = binary ? randomBytes(random, length) : Buffer.from(text);
			const parts = random.next() < 0.5 ? 1 : random.integer(2, 8);
			let at = 0;
			for (let part = 1; part <= parts; part++) {
				const end = part === parts ? bytes.length : Math.min(bytes.length, at + randomLength(random));
				makeRoom(end - at);
				const piece = new Uint8Array(bytes.subarray(at, end));
				const sentBytes = sender.send(piece, { binary, more: part < parts });
				t.is(sentBytes, piece.length);
				at = end;
				if (random.next() < 0.5) carry(random, sender, receiver);
			}
			carry(random, sender, receiver);
			sent.push({ what: "message", binary, value: binary ? bytes : text });
		}
		t.deepEqual(receiver.happenings, sent);
		carry(random, receiver, sender);
		t.deepEqual(
			sender.happenings,
			expectedPongs.map((payload) => ({ what: "control", opcode: opcodes.pong, payload })),
		);
	});
}
