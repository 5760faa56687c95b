import test from "ava";
import { imageParts } from "../../flash/image.js";

/** Returns an image in the format of the SDK's linker. */
function image(slots: string[], bodies: string[] = []): string {
	return [
		`#define mxHeapCount ${slots.length}`,
		"static const txSlot gxHeap[mxHeapCount];",
		"#define mxKeysCount 3",
		`#define mxScriptsCount ${bodies.length + 1}`,
		"static void fxDeadStrip(txMachine* the) { fxAbort(the, XS_DEAD_STRIP_EXIT); }",
		"",
		"static const xsHostBuilder gxBuilders[4] = {",
		"\t{ fxDeadStrip, 1, xsID_isFinite },",
		"\t{ fx_JSON_parse, 2, xsID_parse },",
		"\t{ fx_Array_prototype_concat, 1, xsID_concat },",
		"\t{ fx_JSON_parse, 2, xsID_parse },",
		"};",
		"",
		"static const xsHostBuilder gxBuilders0[1] = {",
		"\t{ fx_Promise, 1, 218 },",
		"};",
		...bodies,
		"static const txSlot gxHeap[mxHeapCount] = {",
		...slots.map((slot, index) => `/* ${String(index).padStart(4, "0")} */\t{ ${slot} },`),
		"};",
	].join("\n");
}

const reference =
	"NULL, {.ID = XS_NO_ID, .flag = XS_NO_FLAG, .kind = XS_REFERENCE_KIND}, .value = { .reference = (txSlot*)&gxHeap[1] }";
function key(text: string): string {
	return `NULL, {.ID = 14, .flag = 0x87, .kind = XS_KEY_X_KIND}, .value = { .key = { "${text}", 0x152618 } }`;
}
function code(text: string): string {
	return `NULL, {.ID = xsID_stop, .flag = 0x8b, .kind = XS_CODE_X_KIND}, .value = { .code = { (txByte*)"${text}", NULL } }`;
}

test("slots take 16 bytes, names their text and 6 bytes", (t) => {
	const parts = imageParts(image([reference, key("a"), key("send"), key("")]));
	t.is(parts.slots, 4);
	t.is(parts.slotBytes, 64);
	t.is(parts.names, 3);
	t.is(parts.nameBytes, 2 + 5 + 1 + 3 * 6);
	t.is(parts.bytecode, 0);
});

test("bytecode is that of preloaded functions and of module bodies", (t) => {
	const body = "static const txU1 gxCode2[429] = {\n\t0x8e, 0x57\n};";
	const declared = "static const txU1 gxCode2[429];";
	t.is(imageParts(image([code("\\x0c\\x00\\xd6"), code("")])).bytecode, 4 + 1);
	t.is(imageParts(image([code("\\x0c\\\\\\x00"), reference], [declared, body])).bytecode, 4 + 429);
});

test("natives are the functions of XS's library that were not stripped", (t) => {
	t.deepEqual(imageParts(image([])).natives, ["fx_Array_prototype_concat", "fx_JSON_parse"]);
});

test("a text without these tables is not an image", (t) => {
	t.throws(() => imageParts("int main;"), { message: /mxHeapCount/ });
	t.throws(() => imageParts(image([]).replace("gxBuilders[4]", "gxTable[4]")), { message: /gxBuilders/ });
});
