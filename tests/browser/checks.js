// What is looked at in every page; each check answers with complaints, none of which is wanted.

const shifts = [];
new PerformanceObserver((list) => shifts.push(...list.getEntries())).observe({
  type: "layout-shift",
  buffered: true,
});

const seen = (element) => element.checkVisibility({ visibilityProperty: true });
const all = (selector) => [...document.querySelectorAll(selector)].filter(seen);
const named = (element) =>
  `<${element.localName} class="${element.getAttribute("class") ?? ""}"> ${element.textContent.trim().slice(0, 50)}`;
const drawn = (node) => node?.nodeType !== Node.TEXT_NODE || node.data.trim() !== "";
const transparent = (colour) => /^(none|transparent|rgba\(.*, 0\))$/.test(colour);

window.checks = {
  // Whether anything moved after it was first drawn; the space between two words is not seen.
  moved: () => shifts.flatMap((shift) => shift.sources.map(({ node }) => node).filter(drawn).map((node) => `moved: ${node && named(node.nodeType === Node.TEXT_NODE ? node.parentElement : node)}`)),

  // What is wider than the window, or than its own box.
  overflowing() {
    const width = document.documentElement.clientWidth;
    const boxes = all("th, td, dt, dd, button, a, label, legend, summary, h1, h2, h3, p");
    const spilling = boxes.filter((box) => !box.closest(".unseen, .skip, .summary, pre") && spills(box));
    const wide = document.documentElement.scrollWidth > width ? widest(width) : [];
    return [...wide, ...spilling.map(named)].map((told) => `${innerWidth} px: ${told}`);
  },

  // The kilobytes of the page, its styles and its scripts, as they were sent.
  weight() {
    const sent = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
    const own = sent.filter(({ initiatorType }) => !["img", "iframe", "fetch", "other"].includes(initiatorType));
    const bytes = own.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
    return bytes > 50_000 ? [`${bytes} bytes`] : [];
  },

  // What moves although the reader asked that nothing move.
  moving: () => [
    ...document.getAnimations().map((animation) => `animated: ${named(animation.effect.target)}`),
    ...all("html, body *")
      .filter((element) => parseFloat(getComputedStyle(element).transitionDuration) > 0)
      .map((element) => `in transition: ${named(element)}`),
    ...(getComputedStyle(document.documentElement).scrollBehavior === "auto" ? [] : ["smooth scrolling"]),
  ],

  // Shapes and controls that the colours of the system swallow; a code for cameras has its own paper.
  swallowed: () => [
    ...all("main :not(.qr) > svg :is(circle, path, rect)").filter(invisible).map((shape) => `shape in ${named(shape.closest("svg").parentElement)}`),
    ...all("button, input, select, textarea").filter((control) => getComputedStyle(control).borderTopStyle === "none" && control.type !== "checkbox").map(named),
  ],

  // What only a screen can use, still standing on paper.
  unprintable: () => all("form, button, nav, input, select, [hidden]").map(named),

  // Where the focus is: its place among all that can have it, and what is wrong with how it is seen.
  focused() {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const style = getComputedStyle(element);
    const marked = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    const complaints = [marked ? "" : "no outline", hidden(element)].filter(Boolean);
    return { place: focusable().indexOf(element), complaints: complaints.map((told) => `${told}: ${named(element)}`) };
  },

  count: () => focusable().length,
};

function widest(width) {
  const beyond = all("body *").filter((element) => element.getBoundingClientRect().right > width + 1);
  const clipped = (element) => element.parentElement.closest(".wide, .unseen, .skip");
  return beyond.filter((element) => !clipped(element)).map((element) => `beyond the window: ${named(element)}`);
}

function spills(box) {
  const inline = getComputedStyle(box).display === "inline";
  return !inline && box.scrollWidth > box.clientWidth + 1;
}

function invisible(shape) {
  const { fill, stroke } = getComputedStyle(shape);
  const paper = getComputedStyle(document.documentElement).backgroundColor;
  return [fill, stroke].every((colour) => transparent(colour) || colour === paper);
}

function focusable() {
  const able = "a[href], button, input:not([type=hidden]), select, textarea, summary, iframe, [tabindex='0']";
  return all(able).filter((element) => !element.disabled);
}

// The middle of what has the focus, as far as it is in the window, is not under something else.
function hidden(element) {
  if (element.matches(".skip, iframe")) return "";
  const [box] = element.getClientRects();
  const x = (Math.max(box.left, 0) + Math.min(box.right, innerWidth)) / 2;
  const y = (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2;
  const there = document.elementFromPoint(x, y);
  return there && (element.contains(there) || there.contains(element)) ? "" : "hidden";
}
