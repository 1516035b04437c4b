/** Stored files, saved where the reader's browser saves. */

import { fileAddress, readBlob } from "./api.js";
import { el } from "./element.js";

/** @param {string} fileId @param {string} name */
export async function save(fileId, name) {
	const url = URL.createObjectURL(await readBlob(fileAddress(fileId)));
	el("a", { href: url, download: name }).click();
	URL.revokeObjectURL(url);
}
