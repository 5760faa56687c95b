import test from "ava";
import { keptParts, unneededParts } from "../../../hosts/esp32/node/kept.js";

/** Returns a linked image that keeps the given functions. */
function image(...kept: string[]): string {
	const lines = ["fxDeadStrip", ...kept].map((name) => `\t{ ${name}, 1, xsID_name },\n`);
	return `static void fxDeadStrip(txMachine* the) {}\n\nstatic const xsHostBuilder gxBuilders[${lines.length}] = {\n${lines.join("")}};\nfx_Promise;\n`;
}

test("keptParts() finds the parts of XS in a linked image", (t) => {
	t.deepEqual(keptParts(image()), []);
	t.deepEqual(
		keptParts(image("fx_Array", "fx_Array_of", "fx_parseInt", "fx_Uint8Array_prototype_toBase64")),
		["Array", "Uint8Array", "parseInt"],
	);
	t.throws(() => keptParts("static const int other[1] = {\n};\n"), { message: /gxBuilders/ });
});

test("unneededParts() reports the compiler, regular expressions and promises", (t) => {
	t.deepEqual(unneededParts(image("fx_Function_prototype_call", "fx_JSON_parse", "fx_trace"), false), []);
	t.deepEqual(unneededParts(image("fx_Function", "fx_Function_prototype_call"), false), ["Function"]);
	t.deepEqual(unneededParts(image("fx_RegExp_prototype_exec", "fx_Promise", "fx_eval", "fx_Proxy"), false), [
		"Promise",
		"Proxy",
		"RegExp",
		"eval",
	]);
	t.deepEqual(unneededParts(image("fx_BigInt"), false), ["BigInt"]);
	t.deepEqual(unneededParts(image("fx_BigInt"), true), [], "TLS computes with large numbers");
});
