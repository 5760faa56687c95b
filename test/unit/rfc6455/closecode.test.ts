import "../../../sim/node/globals.js";
import test from "ava";
import { closePayload, isSendableCloseCode } from "../../../modules/rfc6455/closecode.js";
import { isUtf8 } from "../../support/utf8.js";

test("section 7.4: exactly these codes are allowed in a close frame", (t) => {
	const named = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014];
	for (let code = 0; code <= 65535; code++)
		if (isSendableCloseCode(code) !== (named.includes(code) || (code >= 3000 && code <= 4999)))
			t.fail(`${code}`);
	t.pass();
});

test("section 5.5.1: the payload is the code in network order and the reason in UTF-8", (t) => {
	t.deepEqual(Buffer.from(closePayload(1000, "")), Buffer.from([3, 232]));
	t.deepEqual(Buffer.from(closePayload(4999, "Ü")), Buffer.from([0x13, 0x87, 0xc3, 0x9c]));
});

test("section 5.5: a reason that is too long is cut off between characters, at 123 bytes or just before", (t) => {
	for (const character of ["x", "ü", "€", "🙂"]) {
		for (let shift = 0; shift < 4; shift++) {
			const payload = closePayload(1000, "x".repeat(shift) + character.repeat(200)).subarray(2);
			t.true(payload.length <= 123 && payload.length > 123 - Buffer.byteLength(character));
			t.true(isUtf8(payload));
		}
	}
	t.is(closePayload(1000, "x".repeat(123)).length, 125);
});

test("a lone surrogate in a reason becomes U+FFFD", (t) => {
	t.is(Buffer.from(closePayload(1000, "\ud83d!").subarray(2)).toString(), "\ufffd!");
});
