// Compiles the AssemblyScript kernels and embeds them, so that users and browsers need neither the
// compiler nor a second file to load:
//   node scripts/build-kernel.ts
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const ENTRY = "src/projection/wasm/assembly/index.ts";
const GENERATED = "src/projection/wasm/kernel.generated.ts";

// No runtime, no data and no globals: several workers instantiate the module on one memory, where
// static data would be shared by accident.
const FLAGS = [
	...["-O3", "--noAssert", "--runtime", "stub"],
	...["--importMemory", "--noExportMemory", "--sharedMemory", "--initialMemory", "1", "--maximumMemory", "65536"],
	...["--enable", "simd", "--enable", "threads"],
];

const HEADER =
	"// Written by scripts/build-kernel.ts from assembly/. " +
	"Not edited by hand; a test compares it with a fresh build.";

/** Compiles the text of the generated file. */
export async function generateKernelSource(): Promise<string> {
	const baseline = await compile(ENTRY, FLAGS);
	const relaxed = await compile(ENTRY, [...FLAGS, "--enable", "relaxed-simd"]);
	return [
		HEADER,
		`export const KERNEL_BASE64 =\n\t"${baseline}";`,
		`export const RELAXED_KERNEL_BASE64 =\n\t"${relaxed}";`,
		"",
	].join("\n");
}

/** Compiles the text of the generated file of LZ4. */
export async function generateLz4KernelSource(): Promise<string> {
	const flags = ["-O3", "--noAssert", "--runtime", "stub", "--importMemory", "--noExportMemory"];
	const kernel = await compile("packages/rerun/src/lz4/wasm/assembly/index.ts", flags);
	return [HEADER, `export const LZ4_KERNEL_BASE64 =\n\t"${kernel}";`, ""].join("\n");
}

/** Path of the generated file of LZ4. */
export const LZ4_GENERATED_FILE: string = join(ROOT, "packages/rerun/src/lz4/wasm/lz4-kernel.generated.ts");

/** Path of the generated file. */
export const GENERATED_FILE: string = join(ROOT, GENERATED);

async function compile(entry: string, flags: readonly string[]): Promise<string> {
	const directory = await mkdtemp(join(tmpdir(), "panogaze-kernel-"));
	try {
		const outFile = join(directory, "kernel.wasm");
		const { error, stderr } = await asc.main([
			entry,
			"--baseDir",
			ROOT,
			"--outFile",
			relative(ROOT, outFile),
			...flags,
		]);
		if (error !== null) throw new Error(`The kernel does not compile:\n${stderr.toString()}`, { cause: error });
		return (await readFile(outFile)).toString("base64");
	} finally {
		await rm(directory, { recursive: true, force: true });
	}
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	await writeFile(GENERATED_FILE, await generateKernelSource());
	await writeFile(LZ4_GENERATED_FILE, await generateLz4KernelSource());
}
