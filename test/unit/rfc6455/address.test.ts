import "../../../sim/node/globals.js";
import { isIPv4 as isNodeIPv4, isIPv6 as isNodeIPv6 } from "node:net";
import test from "ava";
import { addressWithoutDNS, isHost, isIPv4, isIPv6 } from "../../../modules/rfc6455/address.js";
import { checkHost } from "../../../modules/rfc6455/requestrules.js";

const addresses = [
	"0.0.0.0",
	"192.168.1.5",
	"255.255.255.255",
	"256.1.1.1",
	"999.1.1.1",
	"1.2.3",
	"1.2.3.4.5",
	"1.2.3.",
	".1.2.3",
	"1..2.3",
	"01.2.3.4",
	"1.2.3.00",
	"1.2.3.4x",
	"1.2.3.-4",
	" 1.2.3.4",
	"1.2.3.4 ",
	"",
	"....",
	"::",
	"::1",
	"1::",
	"1::2",
	"1:2:3:4:5:6:7:8",
	"1:2:3:4:5:6:7",
	"1:2:3:4:5:6:7:8:9",
	"1:2:3:4:5:6:7::",
	"::2:3:4:5:6:7:8",
	"1::3:4:5:6:7:8",
	"1:2:3:4:5:6:7:8::",
	"1:2:3:4:5:6:7:",
	":1:2:3:4:5:6:7",
	"1:::2",
	"::::",
	":::",
	"1::2::3",
	":",
	"1:",
	":1",
	"fe80::abcd:EF01",
	"fe80::abcde",
	"fe80::g",
	"cafe:8080",
	"::ffff:192.168.1.5",
	"::192.168.1.5",
	"1:2:3:4:5:6:1.2.3.4",
	"1:2:3:4:5:6:7:1.2.3.4",
	"1:2:3:4:5:1.2.3.4",
	"::1.2.3",
	"::1.2.3.4:5",
	"::256.2.3.4",
	"::ffff:1.2.3.4.",
	"192.168.1.5:8080",
	"[::1]",
];

for (const text of addresses) {
	test(`${JSON.stringify(text)} is classified as an address like in Node.js`, (t) => {
		t.is(isIPv4(text), isNodeIPv4(text));
		t.is(isIPv6(text), isNodeIPv6(text));
	});
}

const good = [
	"localhost",
	"example.com",
	"example.com.",
	"a-b_c.d",
	"xn--bcher-kva.example",
	"1and1.com",
	"a".repeat(63),
	"a%20b",
	"192.168.1.5",
	"::1",
	"[::1]",
	"[fe80::1]",
	"fe80::1",
];

const bad = [
	"",
	".",
	"..",
	"a..b",
	".a",
	"4",
	"1.2.3",
	"example.5",
	"999.1.1.1",
	"192.168.001.5",
	"192.168.1.5:8080",
	"example.com:8080",
	"cafe:8080",
	"[::1",
	"::1]",
	"[]",
	"[a]",
	"[1.2.3.4]",
	"[::1]:80",
	"fe80::1%eth0",
	":",
	"a b",
	"a\r\nb",
	"http://a",
	"a/b",
	"a@b",
	"a?b",
	"b\xfccher.example",
	"a".repeat(64),
	`${"a.".repeat(127)}aa`,
];

test("hosts are names and addresses", (t) => {
	for (const host of good) {
		t.true(isHost(host), host);
		t.notThrows(() => checkHost(host));
	}
	for (const host of bad) {
		t.false(isHost(host), host);
		t.throws(
			() => checkHost(host),
			{ instanceOf: RangeError, message: /^host is ".*; it must be [ -~]*$/ },
			host,
		);
	}
});

test("a name whose last label is a number is invalid and is not resolved", (t) => {
	t.is(addressWithoutDNS("192.168.1.5"), "192.168.1.5");
	t.is(addressWithoutDNS("999.1.1.1"), undefined);
	t.is(addressWithoutDNS("[::1]"), "::1");
});
