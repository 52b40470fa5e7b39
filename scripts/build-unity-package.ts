// Writes what of the Unity package is computed: the skeleton tables in C#, from skeletons.json, and
// a .meta file for everything that Unity imports:
//   node scripts/build-unity-package.ts
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { SKELETON_TYPES, SKELETONS } from "../src/skeleton/tables/skeleton.ts";

/** Root of the Unity package. */
export const UNITY_FOLDER: string = fileURLToPath(new URL("../unity/", import.meta.url));

const TABLES_FILE = "Runtime/Core/Skeletons.generated.cs";

/** The skeleton behind each table of constants. Both hands of a pair have the same bones. */
const CONSTANTS = {
	FullBodyBone: "FullBody",
	BodyBone: "Body",
	XRHandBone: "XRHandLeft",
	HandBone: "HandLeft",
	PicoBodyBone: "PicoBody",
	HtcBodyBone: "HtcBody",
} as const;

/**
 * The text of every generated file, by path in the package, `.meta` files included; those depend on
 * what else is in the package.
 */
export function generateUnityFiles(): Map<string, string> {
	const files = new Map([[TABLES_FILE, tables()]]);
	const assets = new Set([...importedAssets(UNITY_FOLDER), ...files.keys()]);
	for (const asset of [...assets].sort()) files.set(`${asset}.meta`, meta(asset));
	return files;
}

/**
 * Every file and folder that Unity gives a `.meta` file, by path in the package; samples too, since
 * they are copied into a project with theirs.
 */
export function importedAssets(root: string, folder: string = root): string[] {
	return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
		const path = join(folder, entry.name);
		const name = relative(root, path).replaceAll("\\", "/");
		if (entry.name.startsWith(".") || entry.name.endsWith(".meta")) return [];
		if (!entry.isDirectory()) return [name];
		// Unity does not see folders whose names end so.
		return [...(entry.name.endsWith("~") ? [] : [name]), ...importedAssets(root, path)];
	});
}

/** `.meta` files of the package whose asset is gone. */
export function orphanedMetas(root: string, folder: string = root): string[] {
	return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
		const path = join(folder, entry.name);
		if (entry.isDirectory()) return orphanedMetas(root, path);
		return entry.name.endsWith(".meta") && !existsSync(path.slice(0, -".meta".length))
			? [relative(root, path)]
			: [];
	});
}

function tables(): string {
	const rows = (values: readonly (string | number)[], indent: string): string => {
		const lines: string[] = [];
		for (const value of values) {
			const text = `${typeof value === "number" ? value : JSON.stringify(value)},`;
			const line = lines.at(-1);
			if (line !== undefined && line.length + text.length < 140) lines[lines.length - 1] = `${line} ${text}`;
			else lines.push(indent + text);
		}
		return lines.join("\n");
	};
	const types = SKELETON_TYPES.map((type) => `        ${type} = ${SKELETONS[type].wireId},`).join("\n");
	const made = SKELETON_TYPES.map((type) => {
		const { prefix, names, parents } = SKELETONS[type];
		const indent = "                    ";
		return [
			`                new Skeleton(SkeletonType.${type}, ${JSON.stringify(prefix)}, new[]`,
			"                {",
			rows(names, indent),
			"                }, new[]",
			"                {",
			rows(parents, indent),
			"                }),",
		].join("\n");
	}).join("\n");
	const constants = Object.entries(CONSTANTS).map(([name, type]) => {
		const bones = SKELETONS[type].names.map((bone, id) => `        public const int ${bone} = ${id};`);
		return [
			`    /// <summary>Bone ids of ${type}.</summary>`,
			`    public static class ${name}`,
			"    {",
			...bones,
			"    }",
		].join("\n");
	});
	return `// Written by scripts/build-unity-package.ts from scripts/skeletons.json.
// Not edited by hand; a test compares the two.
namespace Panogaze
{
    /// <summary>The table of the bones, by its number on the wire: Meta's own for the first six.</summary>
    public enum SkeletonType
    {
        /// <summary>No table.</summary>
        None = -1,
${types}
    }

    public sealed partial class Skeleton
    {
        private static Skeleton[] MakeAll()
        {
            return new[]
            {
${made}
            };
        }
    }

${constants.join("\n\n")}
}
`;
}

/**
 * A GUID that depends on the path alone: references to an asset survive everything but its
 * renaming.
 */
function guid(path: string): string {
	return createHash("sha256").update(`panogaze unity package: ${path}`).digest("hex").slice(0, 32);
}

function meta(path: string): string {
	const head = `fileFormatVersion: 2\nguid: ${guid(path)}\n`;
	const user = "  userData: \n  assetBundleName: \n  assetBundleVariant: \n";
	const tail = `  externalObjects: {}\n${user}`;
	const importer = (name: string, lines: readonly string[]) =>
		`${head}${name}:\n${lines.map((line) => `  ${line}\n`).join("")}${user}`;
	switch (extname(path)) {
		case ".cs":
			return importer("MonoImporter", [
				"externalObjects: {}",
				"serializedVersion: 2",
				"defaultReferences: []",
				"executionOrder: 0",
				"icon: {instanceID: 0}",
			]);
		case ".asmdef":
			return `${head}AssemblyDefinitionImporter:\n${tail}`;
		case ".shader":
			return importer("ShaderImporter", [
				"externalObjects: {}",
				"defaultTextures: []",
				"nonModifiableTextures: []",
				"preprocessorOverride: 0",
			]);
		case ".cginc":
			return importer("ShaderIncludeImporter", ["externalObjects: {}"]);
		case ".json":
			return path === "package.json"
				? `${head}PackageManifestImporter:\n${tail}`
				: `${head}TextScriptImporter:\n${tail}`;
		case ".md":
			return `${head}TextScriptImporter:\n${tail}`;
		case "":
			return `${head}folderAsset: yes\nDefaultImporter:\n${tail}`;
		default:
			throw new Error(`${path}: no importer is known for files of this kind.`);
	}
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	for (const orphan of orphanedMetas(UNITY_FOLDER)) rmSync(join(UNITY_FOLDER, orphan));
	for (const [path, text] of generateUnityFiles()) {
		const file = join(UNITY_FOLDER, path);
		if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
	}
}
