import "../../../sim/node/globals.js";
import test from "ava";
import { JsonType } from "../../../modules/websocket/jsontype.js";
import type { MediaType } from "../../../modules/websocket/mediatype.js";
import {
	mediaType as chooseType,
	supportedReceiveTypes,
	supportedSendTypes,
} from "../../../modules/websocket/mediatypes.js";

const anyJson = new JsonType({ maxDepth: 8, maxValues: 512, names: undefined, nameMemory: 1000 });
const reporter = { report: (): void => {} };

function mediaType(name: string, value?: unknown): MediaType {
	return chooseType(name, value, anyJson);
}

function bufferOf(bytes: string | Uint8Array): ArrayBuffer {
	return new Uint8Array(Buffer.from(bytes as string)).buffer;
}

test("changing a list of supported types has no effect", (t) => {
	const types = ["application/json", "text/*", "application/octet-stream", "image/*", "audio/*", "video/*"];
	for (const list of [supportedReceiveTypes, supportedSendTypes]) {
		t.deepEqual(list(), types);
		list().length = 0;
		t.deepEqual(list(), types);
	}
});

test("a type is recognized in any case, with parameters and blanks", (t) => {
	for (const type of ["application/json", "APPLICATION/JSON", " application/json ; charset=utf-8"])
		t.is(mediaType("sendType", type), mediaType("sendType"));
	const text = mediaType("sendType", "text/plain");
	for (const type of ["text/html", "text/*", "Text/CSV;header=present", "text/x-anything"])
		t.is(mediaType("sendType", type), text);
	const bytes = mediaType("sendType", "application/octet-stream");
	for (const type of ["image/png", "audio/*", "video/mp4", "Image/X"])
		t.is(mediaType("sendType", type), bytes);
	t.deepEqual(
		[mediaType("a"), text, bytes].map(({ binary }) => binary),
		[false, false, true],
	);
});

test("an unsupported type throws a RangeError that names the option, the value and the supported types", (t) => {
	for (const type of [
		"application/xml",
		"application/jsonp",
		"application/*",
		"json",
		"text",
		"text/",
		"/plain",
		"*/*",
		";",
		"application/octet-streams",
		"bmp",
	]) {
		const error = t.throws(() => mediaType("receiveType", type), { instanceOf: RangeError });
		t.true(error.message.startsWith(`receiveType is "${type}"; it must be one of application/json, text/*,`));
	}
	for (const type of [1, {}, ["application/json"], true])
		t.throws(() => mediaType("receiveType", type), { instanceOf: TypeError, message: /^receiveType is / });
});

test("undefined, null and the empty string select the default, and image types have short names", (t) => {
	for (const type of [undefined, null, ""]) t.is(mediaType("sendType", type), anyJson);
	for (const type of ["JPG", "jpeg", "png", "gif"])
		t.is(mediaType("sendType", type), mediaType("sendType", "image/png"));
});

test("application/json: values are encoded with JSON.stringify(), and decoded", (t) => {
	const json = mediaType("sendType");
	for (const value of [null, true, 0, -1.5, "", "grüße 🙂", [], [1, [2]], {}, { a: { b: [null, "€"] } }]) {
		const text = json.encode(value) as string;
		t.is(text, JSON.stringify(value));
		t.deepEqual(json.decode(bufferOf(text), reporter), value);
		t.deepEqual(json.decode(text, reporter), value);
	}
	t.is(json.encode("\ud800"), '"\\ud800"');
	t.is(json.encode({ toJSON: () => "instead" }), '"instead"');
});

test("application/json: only a value without a JSON form throws", (t) => {
	const json = mediaType("sendType");
	for (const value of [undefined, () => 1, Symbol("a"), { toJSON: () => undefined }])
		t.throws(() => json.encode(value), { instanceOf: TypeError });
	t.throws(() => json.encode(1n), { instanceOf: TypeError });
	const cycle: { self?: unknown } = {};
	cycle.self = cycle;
	t.throws(() => json.encode(cycle), { instanceOf: TypeError });
});

test("application/json: text that is not JSON is decoded as the string", (t) => {
	const json = mediaType("receiveType");
	for (const text of ["", "{", "nonsense", "{'a':1}", "\u{feff}1", "1 2"]) {
		t.is(json.decode(text, reporter), text);
		t.is(json.decode(bufferOf(text), reporter), text);
	}
});

test("text/*: strings are unchanged, except lone surrogates, which are replaced", (t) => {
	const text = mediaType("sendType", "text/plain");
	for (const value of ["", "grüße 🙂", "\u{feff}mark", '"quoted"']) {
		t.is(text.encode(value), value);
		t.is(text.decode(bufferOf(value), reporter), value);
		t.is(text.decode(value, reporter), value);
	}
	t.is(text.encode("a\ud800b\udc00"), "a\ufffdb\ufffd");
	t.is(text.encode(12), "12");
	t.is(text.encode(null), "null");
});

test("text/*: values other than text throw", (t) => {
	const text = mediaType("sendType", "text/plain");
	for (const value of [undefined, Symbol("a"), new ArrayBuffer(1), new Uint8Array(1), {}, [1], () => 1])
		t.throws(() => text.encode(value), { instanceOf: TypeError, message: /a text type takes a string/ });
});

test("text/*: a binary message that is not UTF-8 is decoded with replacement characters", (t) => {
	const text = mediaType("receiveType", "text/plain");
	t.is(text.decode(bufferOf(Uint8Array.of(0x61, 0xff, 0x62)), reporter), "a\ufffdb");
});

test("binary types: buffers and views of bytes are unchanged, a string is well-formed, other values throw", (t) => {
	const bytes = mediaType("sendType", "application/octet-stream");
	const buffer = bufferOf("hello");
	t.is(bytes.encode(buffer), buffer);
	for (const view of [new Uint8Array(buffer, 1, 2), new DataView(buffer, 1, 2)])
		t.is(bytes.encode(view), view);
	// Native code does not take elements of several bytes.
	for (const view of [new Uint16Array(buffer, 2, 1), new Uint16Array(0)]) {
		const encoded = bytes.encode(view) as Uint8Array;
		t.true(encoded instanceof Uint8Array);
		t.deepEqual(Buffer.from(encoded), Buffer.from("llo").subarray(0, view.byteLength));
	}
	t.is(bytes.encode("grüße\ud800"), "grüße\ufffd");
	for (const value of [undefined, null, 1, true, {}, [1, 2], Symbol("a"), 1n])
		t.throws(() => bytes.encode(value), { instanceOf: TypeError, message: /buffer, a view or a string/ });
	t.is(bytes.decode(buffer, reporter), buffer);
});

test("names that use up nameMemory exactly, or none at all, are reported like others, once", (t) => {
	for (const nameMemory of [0, 1, 50, 51]) {
		const reports: string[] = [];
		const json = new JsonType({ maxDepth: 8, maxValues: 512, names: undefined, nameMemory });
		const decoded = [0, 1, 2, 3, 4].map((index) => {
			// 20 bytes, and the characters.
			const text = `{"${String.fromCharCode(97 + index).repeat(3)}${nameMemory + 10}":1}`;
			return typeof json.decode(text, { report: (message) => reports.push(message) });
		});
		const known = nameMemory < 50 ? 0 : 2;
		t.deepEqual(
			decoded,
			decoded.map((_, index) => (index < known ? "object" : "string")),
		);
		t.is(reports.length, 1, `${nameMemory}`);
	}
});
