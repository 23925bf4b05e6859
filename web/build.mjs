// Bundles every file of src/entries, src/styles and src/images into the service's package, under
// names that hold a hash of the content, and writes manifest.json: "site.js" -> "site-….js".
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "../api/policygraph_api/static");
const WORTH_PACKING = 1024; // bytes

const entryPoints = ["entries", "styles", "images"].flatMap((folder) =>
  readdirSync(join(here, "src", folder), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(here, "src", folder, entry.name)),
);

rmSync(out, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: here,
  entryPoints,
  outdir: out,
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  bundle: true,
  minify: true,
  metafile: true,
  format: "iife",
  target: "es2022",
  charset: "utf8",
  loader: { ".svg": "copy" },
  logLevel: "warning",
});

/** What the licences of the packages that were bundled ask to be kept with them. */
function licences(inputs) {
  const found = inputs.map((path) => path.match(/^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)/));
  const folders = new Set(found.filter(Boolean).map(([folder]) => join(here, folder)));
  return [...folders]
    .sort()
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json")));
      const text = readdirSync(folder).find((file) => /^licen[cs]e(?:[.-]|$)/i.test(file));
      if (!license && !text) throw new Error(`${name} ${version} names no licence`);
      const said = text ? readFileSync(join(folder, text), "utf8").trim() : "";
      return `${name} ${version}: ${license ?? "see below"}\n\n${said}\n`;
    })
    .join(`\n${"-".repeat(72)}\n\n`);
}

const manifest = {};
function name(key, path) {
  if (manifest[key]) throw new Error(`two sources make ${key}`);
  manifest[key] = basename(path);
}
for (const [path, { entryPoint, cssBundle }] of Object.entries(metafile.outputs)) {
  if (!entryPoint) continue;
  name(basename(entryPoint).replace(/\.ts$/, ".js"), path);
  if (cssBundle) name(basename(entryPoint).replace(/\.ts$/, ".css"), cssBundle);
}
const notices = licences(Object.keys(metafile.inputs));
const hash = createHash("sha256").update(notices).digest("hex").slice(0, 8).toUpperCase();
writeFileSync(join(out, `licences-${hash}.txt`), notices);
name("licences.txt", `licences-${hash}.txt`);
for (const file of readdirSync(out)) {
  const body = readFileSync(join(out, file));
  if (body.length >= WORTH_PACKING)
    writeFileSync(join(out, `${file}.br`), brotliCompressSync(body));
}
const sorted = Object.fromEntries(Object.entries(manifest).sort());
writeFileSync(join(out, "manifest.json"), `${JSON.stringify(sorted, null, 2)}\n`);
