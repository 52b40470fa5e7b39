import type * as H5wasm from "h5wasm/node";

export type Hdf5 = typeof H5wasm;
export type Hdf5Group = H5wasm.Group;
export type Hdf5Dataset = H5wasm.Dataset;

let loading: Promise<Hdf5> | undefined;

/** HDF5, compiled to WebAssembly: loaded when it is first needed, because that takes a tenth of a second and 4 MB. Its errors are exceptions. */
export function loadHdf5(): Promise<Hdf5> {
	loading ??= import("h5wasm/node").then(async (hdf5) => {
		const module = await hdf5.ready;
		module.activate_throwing_error_handler();
		return hdf5;
	});
	return loading;
}

/** The sentence of an error of the library, which tells its whole call stack: what its innermost function says. */
export function wordsOfHdf5(error: unknown): string {
	const message = error instanceof Error ? error.message : String(error);
	const said = [...message.matchAll(/^ +#\d+: .* in \w+\(\): (.*)$/gm)].at(-1)?.[1];
	return said === undefined ? message.split("\n", 1)[0]! : `${said}.`;
}
