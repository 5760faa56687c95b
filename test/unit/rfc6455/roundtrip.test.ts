import test from "ava";
import { opcodes } from "../../support/frames.js";
import { Random } from "../../support/random.js";
import { Endpoint, type Happening, roles } from "./endpoint.js";

// ROUNDTRIP_SEED=N repeats the run of that seed.

const rounds = 400;
const characters = ["a", "b", '"', "\0", "ü", "ß", "€", "日", "🙂", "\u{10ffff}", "\ud7ff", "\ue000"];

/** Sizes: mostly small, now and then at a boundary of section 5.2, seldom large. */
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
	// Long texts need no more variety than short ones.
	const part = Math.min(length, 200);
	while (text.length < part) text += characters[random.integer(0, characters.length - 1)];
	return text.repeat(Math.ceil(length / 200));
}

function randomOctets(random: Random, length: number): Buffer {
	return Buffer.from(Uint8Array.from({ length }, () => random.integer(0, 255)));
}

/** Moves what `from` has written to `to`, in pieces of any size. */
function carry(random: Random, from: Endpoint, to: Endpoint): void {
	const octets = from.takeWritten();
	const most = random.choose({ little: 1, some: 1, all: 1 });
	for (let at = 0; at < octets.length; ) {
		const size =
			most === "all"
				? octets.length
				: random.integer(1, most === "little" && octets.length < 3000 ? 3 : 2000);
		to.push(octets.subarray(at, at + size));
		at += size;
	}
}

const cases = roles.flatMap((role) => [false, true].map((given) => ({ role, given })));

for (const { role, given } of cases) {
	const receives = given ? "is given" : "reads";
	test(`what a ${role} sends, in random parts, windows and pieces, is what its peer ${receives}`, (t) => {
		const random = new Random("ROUNDTRIP_SEED");
		t.log(`ROUNDTRIP_SEED=${random.seed}`);
		const sender = new Endpoint(role, { window: 0 });
		const receiver = new Endpoint(role === "client" ? "server" : "client", { given });
		const sent: Happening[] = [];
		const expectedPongs: string[] = [];

		/** Gives the sender windows until it takes so many octets. */
		function makeRoom(length: number): void {
			const window = () => (random.choose({ narrow: 1, wide: 3 }) === "wide" ? length + 14 : 17);
			while (sender.open(window()) < Math.max(1, length)) carry(random, sender, receiver);
		}

		for (let round = 0; round < rounds; round++) {
			if (random.next() < 0.3) {
				const payload = randomOctets(random, random.integer(0, 125));
				makeRoom(125);
				sender.write(payload, { opcode: opcodes.ping });
				sent.push({ what: "control", opcode: opcodes.ping, payload: payload.toString("latin1") });
				expectedPongs.push(payload.toString("latin1"));
				carry(random, sender, receiver);
				continue;
			}
			const binary = random.next() < 0.5;
			const length = randomLength(random);
			const text = randomText(random, length);
			const octets = binary ? randomOctets(random, length) : Buffer.from(text);
			const parts = random.next() < 0.5 ? 1 : random.integer(2, 8);
			let at = 0;
			for (let part = 1; part <= parts; part++) {
				const end = part === parts ? octets.length : Math.min(octets.length, at + randomLength(random));
				makeRoom(end - at);
				const piece = new Uint8Array(octets.subarray(at, end));
				sender.write(piece, { binary, more: part < parts, transfer: random.next() < 0.5 });
				at = end;
				if (random.next() < 0.5) carry(random, sender, receiver);
			}
			carry(random, sender, receiver);
			sent.push({ what: "message", binary, value: binary ? octets : text });
		}
		t.deepEqual(receiver.happenings, sent);
		carry(random, receiver, sender);
		t.deepEqual(
			sender.happenings,
			expectedPongs.map((payload) => ({ what: "control", opcode: opcodes.pong, payload })),
		);
	});
}
