/** A list whose elements stay while their items do, so that the focus and a screen reader's place stay, too. */

/** @template T
 * @param {Element} list
 * @param {T[]} items @param {(item: T) => string} keyOf @param {(item: T, place: number) => Element} make */
export function fill(list, items, keyOf, make) {
	const known = new Map([...list.children].map((child) => [child.dataset.key, child]));
	const wanted = items.map((item, place) => {
		const key = JSON.stringify([keyOf(item), item]);
		const child = known.get(key) ?? make(item, place);
		child.dataset.key = key;
		return child;
	});
	for (const child of [...list.children]) if (!wanted.includes(child)) child.remove();
	wanted.forEach((child, place) => { if (list.children[place] !== child) list.insertBefore(child, list.children[place] ?? null); });
}
