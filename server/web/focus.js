/** The focus, on the same control after its surroundings were drawn anew: of the same name, at the same place among its like. */

const nameOf = (node) => node.ariaLabel ?? node.labels?.[0]?.textContent ?? node.textContent;

/** @param {HTMLElement} root @param {() => void} draw */
export function keepingFocus(root, draw) {
	const former = document.activeElement;
	const name = root.contains(former) && nameOf(former);
	const alike = () => [...root.querySelectorAll(former.localName)].filter((node) => nameOf(node) === name);
	const place = name === false ? -1 : alike().indexOf(former);
	draw();
	if (place >= 0 && !root.contains(document.activeElement)) alike()[place]?.focus({ preventScroll: true });
}
