import test from "ava";
import { nextTurn } from "../../support/clock.js";
import { closePayload, opcodes } from "../../support/frames.js";
import { Endpoint, everyWay, type Mode, type Role } from "../rfc6455/endpoint.js";
import { frameTo } from "../rfc6455/frames.js";

/** Pauses after every message. */
class PausingEndpoint extends Endpoint {
	override onMessage(data: ArrayBuffer | string | undefined, count: number, binary: boolean): void {
		super.onMessage(data, count, binary);
		this.channel.pause();
	}

	override onPiece(bytes: ArrayBuffer, binary: boolean, last: boolean): void {
		super.onPiece(bytes, binary, last);
		this.channel.pause();
	}
}

const all = ["one", "two", "three"];
/** Longer than what is read at a time. */
const long = "four".repeat(500);

function pausing(role: Role, mode: Mode): PausingEndpoint {
	const endpoint = new PausingEndpoint(role, { mode });
	const frames = [...all, long].map((text) => frameTo(role, opcodes.text, text));
	endpoint.push(Buffer.concat([...frames, frameTo(role, opcodes.close, closePayload(1000))]));
	return endpoint;
}

for (const [role, mode] of everyWay) {
	test(`${role}, ${mode}: pause() leaves what was not read yet in the socket; resume() reads them in a later turn`, (t) => {
		const endpoint = pausing(role, mode);
		t.deepEqual(endpoint.messages, ["one"]);
		t.true(endpoint.unread > 0);
		const { unread } = endpoint;
		endpoint.push(frameTo(role, opcodes.ping));
		t.is(endpoint.unread, unread + frameTo(role, opcodes.ping).length);
		for (const messages of [all.slice(0, 2), all]) {
			const { length } = endpoint.happenings;
			endpoint.channel.resume();
			t.is(endpoint.happenings.length, length);
			nextTurn();
			t.deepEqual(endpoint.messages, messages);
		}
		t.is(endpoint.count("closing"), 0);
		for (let turn = 0; turn < 5; turn++) {
			endpoint.channel.resume();
			nextTurn();
		}
		t.deepEqual(endpoint.messages, [...all, long]);
		t.is(endpoint.count("closing"), 1);
		t.is(endpoint.unread, 0);
	});

	test(`${role}, ${mode}: a paused channel that is destroyed does not resume`, (t) => {
		const endpoint = pausing(role, mode);
		endpoint.channel.resume();
		endpoint.channel.destroy();
		nextTurn();
		t.deepEqual(endpoint.messages, ["one"]);
	});
}
