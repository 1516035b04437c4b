/**
 * A text addressed by code points, as the service counts, in strings that count UTF-16 units.
 * The two differ by one for every character beyond U+FFFF before the place.
 */
export class CodePointText {
	constructor(text) {
		this.string = text;
		/** Code point offsets of the characters that take two units. */
		this.wide = [...text.matchAll(/[\u{10000}-\u{10ffff}]/gu)].map((match, before) => match.index - before);
		this.length = text.length - this.wide.length;
	}

	/** @param {number} offset code points @returns {number} UTF-16 units */
	unit(offset) {
		return offset + lowerBound(this.wide, offset, (wide) => wide);
	}

	/** @param {number} start @param {number} end code points */
	slice(start, end) {
		return this.string.slice(this.unit(start), this.unit(end));
	}
}

/** The index of the first item whose key is not below the wanted one; the items are in ascending order of their keys.
 * @template T @param {T[]} items @param {number} wanted @param {(item: T) => number} key */
export function lowerBound(items, wanted, key) {
	let low = 0;
	let high = items.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (key(items[middle]) < wanted) low = middle + 1;
		else high = middle;
	}
	return low;
}
