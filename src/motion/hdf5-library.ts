import type * as H5wasm from "h5wasm/node";

export type Hdf5 = typeof H5wasm;
export type Hdf5Group = H5wasm.Group;
export type Hdf5Dataset = H5wasm.Dataset;

let loading: Promise<Hdf5> | undefined;
/** Number of instances that damaged files have broken. */
let broken = 0;

/**
 * HDF5, compiled to WebAssembly: loaded when it is first needed, because that takes a tenth of a
 * second and 4 MB. Its errors are exceptions.
 *
 * Not to be kept: `reportHdf5Failure` may replace it.
 */
export function loadHdf5(): Promise<Hdf5> {
	// A query loads the module anew, and with it the instance: the library offers no other way.
	const specifier = broken === 0 ? "h5wasm/node" : `${import.meta.resolve("h5wasm/node")}?instance=${broken}`;
	loading ??= (import(specifier) as Promise<Hdf5>).then(async (hdf5) => {
		const module = await hdf5.ready;
		module.activate_throwing_error_handler();
		return hdf5;
	});
	return loading;
}

/**
 * Must be called with every error that the library throws. Some damaged files make its native
 * code abort or leave its memory; after that the instance fails every call, and the next file
 * gets a new instance.
 */
export function reportHdf5Failure(error: unknown): void {
	if (!(error instanceof WebAssembly.RuntimeError) || loading === undefined) return;
	loading = undefined;
	broken++;
}

/**
 * The sentence of an error of the library: its innermost function's, from a whole call stack.
 */
export function wordsOfHdf5(error: unknown): string {
	const message = error instanceof Error ? error.message : String(error);
	const said = [...message.matchAll(/^ +#\d+: .* in \w+\(\): (.*)$/gm)].at(-1)?.[1];
	return said === undefined ? message.split("\n", 1)[0]! : `${said}.`;
}
