import test from "ava";
import { linkedSections, sizeOf } from "../../flash/linkmap.js";

const map = `
Discarded input sections

 .text.fx_Promise
                0x00000000      0x5b4 /build/xsPromise.o

Memory Configuration

Linker script and memory map

LOAD /build/mc.xs.o
.text           0x00008000    0x3fd10
 .text.fx_JSON_parse
                0x00008000      0x220 /build/xs-8.2.3/xsJSON.o
                0x00008000                fx_JSON_parse
 .text          0x00008220       0x14 /usr/lib/libm.a(lib_a-s_ceil.o)
 *fill*         0x00008234        0x2 
 .rodata        0x00008236      0x100 /build/sensor/mc.xs.o
 .text.empty    0x00008336        0x0 /build/xs-8.2.3/xsJSON.o
 .data.gxBehaviors
                0x00010000       0x40 /build/sensor/mc.xs.o

.bss            0x00020000       0x10
 .bss.buffer    0x00020000       0x10 /build/sensor/mc.xs.o
 .debug_info    0x00000000      0x999 /build/sensor/mc.xs.o
 .comment       0x00000000       0x26 /build/sensor/mc.xs.o
`;

test("code, constants and first values of variables are in flash", (t) => {
	t.deepEqual(linkedSections(map), [
		{ object: "xsJSON.o", name: ".text.fx_JSON_parse", size: 0x220 },
		{ object: "libm.a(lib_a-s_ceil.o)", name: ".text", size: 0x14 },
		{ object: "mc.xs.o", name: ".rodata", size: 0x100 },
		{ object: "mc.xs.o", name: ".data.gxBehaviors", size: 0x40 },
	]);
	t.is(sizeOf(linkedSections(map)), 0x220 + 0x14 + 0x100 + 0x40);
});

test("a text without a memory map is refused", (t) => {
	t.throws(() => linkedSections(" .text 0x00008000 0x220 /build/xsJSON.o\n"), { message: /memory map/ });
});
