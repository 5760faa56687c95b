/** budget.c; the module that names its functions is written by `target/moddable.ts`, as only XS can read it. */
declare module "siege/budget" {
	/** What the environment variable XS_WEB_SOCKET_SIEGE has. */
	export function setting(): string;
	/** Prints the peaks of memory when they have changed. */
	export function report(): void;
}
