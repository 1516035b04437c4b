/**
 * A ZIP that the service has written, read in the browser.
 * Format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */

import { t } from "./i18n.js";

const END_BYTES = 22; // The end of the directory, which has no comment behind it.

export class Archive {
	/** @type {Map<string, {at: number, size: number}>} Where each file's entry begins, and how many packed bytes it has. */ #files = new Map();

	/** @param {ArrayBuffer} bytes */
	constructor(bytes) {
		this.bytes = bytes;
		const view = new DataView(bytes);
		const end = bytes.byteLength - END_BYTES;
		let at = view.getUint32(end + 16, true);
		for (let left = view.getUint16(end + 10, true); left > 0; left -= 1) {
			const [name, extra, comment] = [28, 30, 32].map((place) => view.getUint16(at + place, true));
			this.#files.set(new TextDecoder().decode(new Uint8Array(bytes, at + 46, name)), { at: view.getUint32(at + 42, true), size: view.getUint32(at + 20, true) });
			at += 46 + name + extra + comment;
		}
	}

	/** A file, unpacked. @returns {Promise<Blob>} @throws {Error} if there is none of that name */
	async read(name) {
		const { at, size } = this.#files.get(name) ?? {};
		if (at === undefined) throw new Error(t("figure.missing", { name }));
		const view = new DataView(this.bytes, at);
		const start = at + 30 + view.getUint16(26, true) + view.getUint16(28, true);
		const packed = new Blob([this.bytes.slice(start, start + size)]);
		return new Response(packed.stream().pipeThrough(new DecompressionStream("deflate-raw"))).blob();
	}
}

const CELL = /(?:"((?:[^"]|"")*)"|([^,\n]*))(,|\n|$)/g;

/** The rows of a CSV whose lines all end, as our own do. @returns {string[][]} */
export function rowsOf(text) {
	const rows = [[]];
	for (const [, quoted, plain, end] of text.matchAll(CELL)) {
		if (!end) break;
		rows.at(-1).push(quoted?.replaceAll('""', '"') ?? plain);
		if (end === "\n") rows.push([]);
	}
	return rows.slice(0, -1);
}
