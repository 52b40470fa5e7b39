// Compiles the AssemblyScript kernels and embeds them, so that users and browsers need neither the
// compiler nor a second file to load:
//   node scripts/build-kernel.ts
//   node scripts/build-kernel.ts --check    fails when a file is not what its sources compile to
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const ENTRY = "src/projection/wasm/assembly/index.ts";
const GENERATED = "src/projection/wasm/kernel.generated.ts";
const LZ4_GENERATED = "packages/rerun/src/lz4/wasm/lz4-kernel.generated.ts";

// No runtime, no data and no globals: several workers instantiate the module on one memory, where
// static data would be shared by accident.
const FLAGS = [
	...["-O3", "--noAssert", "--runtime", "stub"],
	...["--importMemory", "--noExportMemory", "--sharedMemory", "--initialMemory", "1", "--maximumMemory", "65536"],
	...["--enable", "simd", "--enable", "threads"],
];

const HEADER =
	"// Written by scripts/build-kernel.ts from assembly/. " +
	"Not edited by hand; `npm run check` compares it with a fresh build.";

/** Compiles the text of the generated file. */
async function generateKernelSource(): Promise<string> {
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
async function generateLz4KernelSource(): Promise<string> {
	const flags = ["-O3", "--noAssert", "--runtime", "stub", "--importMemory", "--noExportMemory"];
	const kernel = await compile("packages/rerun/src/lz4/wasm/assembly/index.ts", flags);
	return [HEADER, `export const LZ4_KERNEL_BASE64 =\n\t"${kernel}";`, ""].join("\n");
}

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

const generated = [
	[GENERATED, await generateKernelSource()],
	[LZ4_GENERATED, await generateLz4KernelSource()],
] as const;
for (const [path, source] of generated) {
	if (!process.argv.includes("--check")) {
		await writeFile(join(ROOT, path), source);
	} else if ((await readFile(join(ROOT, path), "utf8")) !== source) {
		console.error(`${path} is not what its sources compile to: run node scripts/build-kernel.ts`);
		process.exitCode = 1;
	}
}
