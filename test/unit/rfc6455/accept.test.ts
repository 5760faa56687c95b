import "../../../sim/node/globals.js";
import test from "ava";
import { acceptFor, createKey, isKey } from "../../../modules/rfc6455/accept.js";
import { addressWithoutDNS } from "../../../modules/rfc6455/address.js";

test("section 1.3: the key of the example results in its Sec-WebSocket-Accept", (t) => {
	t.is(acceptFor("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
});

test("section 4.1: keys are the base64 of 16 bytes and all different", (t) => {
	const keys = Array.from({ length: 100 }, createKey);
	t.is(new Set(keys).size, keys.length);
	for (const key of keys) {
		t.true(isKey(key));
		t.is(Buffer.from(key, "base64").length, 16);
	}
});

test("section 4.2.1: a key with another length or other characters is invalid", (t) => {
	const good = "dGhlIHNhbXBsZSBub25jZQ==";
	t.true(isKey(good));
	for (const bad of [
		"",
		"==",
		good.slice(1),
		`A${good}`,
		good.slice(0, -1),
		`${good}=`,
		good.replace("d", "-"),
		good.replace("d", "_"),
		good.replace("d", " "),
		`${good}\n`,
		"dG9vIHNob3J0",
	])
		t.false(isKey(bad), bad);
});

test("addresses and localhost need no DNS, names do", (t) => {
	t.is(addressWithoutDNS("localhost"), "127.0.0.1");
	t.is(addressWithoutDNS("LocalHost"), "127.0.0.1");
	t.is(addressWithoutDNS("192.168.0.10"), "192.168.0.10");
	t.is(addressWithoutDNS("::1"), "::1");
	t.is(addressWithoutDNS("[fe80::1]"), "fe80::1");
	for (const name of ["example.org", "localhost.example", "1.2.3", "1.2.3.4.5", "a.b.c.d", "1.2.3.4x"])
		t.is(addressWithoutDNS(name), undefined, name);
});
