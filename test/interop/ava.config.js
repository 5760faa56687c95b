/** The tests that need peers from the system's packages: not among those that `npm test` runs. */
export default {
	files: ["test/interop/*.interop.ts"],
	extensions: { ts: "module" },
	nodeArguments: ["--import=tsx"],
	workerThreads: false,
	serial: true,
	timeout: "2m",
};
