/** Configuration of the tests that need peers from system packages. `npm test` does not run them. */
export default {
	files: ["test/interop/*.interop.ts"],
	extensions: { ts: "module" },
	nodeArguments: ["--import=tsx"],
	workerThreads: false,
	serial: true,
	timeout: "2m",
};
