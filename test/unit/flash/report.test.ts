import test from "ava";
import { sourcesOf } from "../../flash/link.js";
import type { Section } from "../../flash/linkmap.js";
import type { Program } from "../../flash/parts.js";
import { excesses, expenseOf, type FlashReport, textOf } from "../../flash/report.js";

function program(name: string, scale: number, sections?: Section[], natives: string[] = []): Program {
	const image = {
		slots: 10 * scale,
		slotBytes: 160 * scale,
		bytecode: 100 * scale,
		names: 2 * scale,
		nameBytes: 20 * scale,
		natives,
		modules: scale,
	};
	return { name, image, bytecode: { main: 30 * scale, [name]: 5 }, own: ["jsonlimits"], sections };
}

const base = program("sockets", 1, [
	{ object: "mc.xs.o", name: ".rodata", size: 300 },
	{ object: "xsRun.o", name: ".text.fxRunID", size: 1000 },
]);
const app = program(
	"sensor",
	3,
	[
		{ object: "mc.xs.o", name: ".rodata", size: 900 },
		{ object: "xsRun.o", name: ".text.fxRunID", size: 1000 },
		{ object: "xsJSON.o", name: ".text.fx_JSON_parse", size: 500 },
		{ object: "xsJSON.o", name: ".text.fxParseJSON", size: 50 },
		{ object: "jsonlimits.o", name: ".text", size: 70 },
		{ object: "textdecoder.o", name: ".text", size: 80 },
		{ object: "libm.a(lib_a-s_ceil.o)", name: ".text", size: 9 },
	],
	["fx_JSON_parse"],
);

test("a program's expense is what it has beyond the baseline, in parts that add up", (t) => {
	const expense = expenseOf(base, app);
	t.deepEqual(
		expense.parts.map(({ bytes }) => bytes),
		[320, 200, 40, 40, 550, 80, 70, 9],
	);
	t.is(expense.image, 560);
	t.is(expense.total, 600 + 550 + 80 + 70 + 9);
	t.deepEqual(expense.modules, [
		{ name: "main", bytes: 60 },
		{ name: "sensor", bytes: 5 },
	]);
	t.deepEqual(expense.files, [{ name: "xsJSON.c", bytes: 550 }]);
	t.deepEqual(expense.functions, [{ name: "fx_JSON_parse", bytes: 500 }]);
});

test("without a compiler the image is everything", (t) => {
	const expense = expenseOf(program("sockets", 1), program("sensor", 3));
	t.is(expense.total, 560);
	t.is(expense.image, 560);
});

test("a program that exceeds its budget is named, with the limit", (t) => {
	const report: FlashReport = { engine: "", baseline: "sockets", expenses: [expenseOf(base, app)] };
	const { image, total } = expenseOf(base, app);
	t.deepEqual(excesses(report, { sensor: { image, total } }), []);
	t.deepEqual(excesses(report, {}), []);
	const faults = excesses(report, { sensor: { image: image - 1, total: total - 1 } });
	t.is(faults.length, 2);
	t.regex(faults[0] ?? "", new RegExp(`^sensor takes ${total} .* allows ${total - 1}`));
	t.regex(faults[1] ?? "", new RegExp(`${image}`));
	t.regex(textOf(report, false), new RegExp(`^sensor: ${total} bytes more than sockets\n`));
	t.regex(textOf(report, true), /fx_JSON_parse/);
});

test("C sources are those of the makefile's rules for modules", (t) => {
	const makefile = [
		"$(TMP_DIR)/Resource.c.o: /sdk/modules/files/resource/Resource.c $(HEADERS) | $(TMP_DIR)/mc.xs.c",
		"$(TMP_DIR)/wifi-esp32.c.o: /sdk/modules/wifi-esp32.c $(HEADERS)",
		"$(TMP_DIR)/mc.%.c.o: $(TMP_DIR)/mc.%.c $(SDKCONFIG_H)",
		"$(TMP_DIR)/xsHost.c.o: xsHost.c $(XS_HEADERS)",
	].join("\n");
	t.deepEqual(sourcesOf(makefile), ["/sdk/modules/files/resource/Resource.c", "/sdk/modules/wifi-esp32.c"]);
});
