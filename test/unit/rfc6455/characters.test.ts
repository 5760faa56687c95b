import test from "ava";
import { forEachItem, isToken, isTokenByte, isVisible, quote } from "../../../modules/rfc6455/characters.js";

test("RFC 9110 section 5.6.2: the bytes of a token", (t) => {
	for (let byte = 0; byte < 256; byte++) {
		const character = String.fromCharCode(byte);
		const expected = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]$/.test(character);
		t.is(isTokenByte(byte), expected, String(byte));
		t.is(isToken(`a${character}b`), expected, String(byte));
	}
	t.false(isToken(""));
	t.false(isToken("a\u0161"), "a character of which the lower byte would do");
});

test("visible ASCII, with or without spaces and tabs", (t) => {
	for (let code = 0; code < 300; code++) {
		const character = String.fromCharCode(code);
		t.is(isVisible(character), /^[!-~]$/.test(character), String(code));
		t.is(isVisible(character, true), /^[\t -~]$/.test(character), String(code));
	}
	t.true(isVisible(""));
});

test("a quoted text is one short line of ASCII", (t) => {
	for (const [text, quoted] of [
		["", '""'],
		["plain text", '"plain text"'],
		["a\r\nb\tc", '"a\\r\\nb\\tc"'],
		["\0\x1f\x7f", '"\\x00\\x1f\\x7f"'],
		["\xfc \u2603", '"\\xfc \\u{2603}"'],
		["x".repeat(40), `"${"x".repeat(40)}"`],
		["x".repeat(41), `"${"x".repeat(40)}..."`],
	] as const)
		t.is(quote(text), quoted);
	t.is(quote("abcdef", 3), '"abc..."');
});

test("the items of a list, without white space and without empty ones", (t) => {
	for (const [list, items] of [
		["", []],
		["a", ["a"]],
		[" a ,, b\t,c,", ["a", "b", "c"]],
		[",", []],
	] as const) {
		const found: string[] = [];
		forEachItem(list, (item) => found.push(item));
		t.deepEqual(found, [...items]);
	}
});
