// Suggestions while one types: an editable combobox with a list of choices, after the ARIA
// Authoring Practices. Without this file the same box is a plain search.

const box = document.getElementById("q");
const list = document.getElementById("suggestions");
const announcement = document.getElementById("suggested");
const PAUSE = 150;
const SHORTEST = 2;
let timer = 0;
let request = new AbortController();
let choices = [];
let active = -1;

function close() {
  clearTimeout(timer);
  request.abort();
  list.hidden = true;
  list.replaceChildren();
  choices = [];
  announcement.textContent = "";
  box.setAttribute("aria-expanded", "false");
  activate(-1);
}

async function ask() {
  request.abort();
  request = new AbortController();
  const typed = box.value;
  try {
    const response = await fetch(`${list.dataset.source}?${new URLSearchParams({ q: typed })}`, {
      signal: request.signal,
      headers: { "Accept-Language": document.documentElement.lang },
    });
    if (!response.ok) return close();
    const answer = await response.json();
    if (box.value === typed && document.activeElement === box) open(answer);
  } catch (error) {
    if (error.name !== "AbortError") close();
  }
}

function open(answer) {
  choices = answer.suggestions;
  list.replaceChildren(...choices.map(option));
  list.hidden = !choices.length;
  box.setAttribute("aria-expanded", String(!list.hidden));
  announcement.textContent = answer.message;
  activate(-1);
}

function option(choice, number) {
  const item = document.createElement("li");
  item.id = `suggestion-${number}`;
  item.setAttribute("role", "option");
  item.dataset.number = number;
  const text = document.createElement("span");
  text.textContent = choice.text;
  text.lang = choice.lang;
  const kind = document.createElement("span");
  kind.className = "quiet";
  kind.textContent = choice.label;
  item.append(text, " ", kind);
  return item;
}

function activate(number) {
  active = number;
  for (const [place, item] of [...list.children].entries()) {
    item.setAttribute("aria-selected", String(place === number));
    if (place === number) item.scrollIntoView({ block: "nearest" });
  }
  if (number < 0) box.removeAttribute("aria-activedescendant");
  else box.setAttribute("aria-activedescendant", `suggestion-${number}`);
}

function choose(number) {
  const choice = choices[number];
  close();
  if (choice.kind !== "term") return location.assign(choice.url);
  box.value = choice.text;
  box.form.requestSubmit();
}

// One step past either end leads back into the box.
const around = (number) => (number + choices.length + 2) % (choices.length + 1) - 1;

const keys = {
  ArrowDown: () => (list.hidden ? ask() : activate(around(active + 1))),
  ArrowUp: () => (list.hidden ? ask() : activate(around(active - 1))),
  Home: () => active < 0 || activate(0),
  End: () => active < 0 || activate(choices.length - 1),
  Enter: () => active < 0 || choose(active),
  Escape: () => list.hidden || close(),
};

box.addEventListener("keydown", (event) => {
  if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (!(event.key in keys)) return;
  const handled = keys[event.key]() !== true;
  if (handled) event.preventDefault();
});

box.addEventListener("input", () => {
  clearTimeout(timer);
  if (box.value.trim().length < SHORTEST) close();
  else timer = setTimeout(ask, PAUSE);
});

box.addEventListener("blur", close);
box.form.addEventListener("submit", close);
// The box keeps the focus while a choice is pressed.
list.addEventListener("mousedown", (event) => event.preventDefault());
list.addEventListener("click", (event) => {
  const item = event.target.closest("[role=option]");
  if (item) choose(Number(item.dataset.number));
});

box.setAttribute("role", "combobox");
box.setAttribute("aria-autocomplete", "list");
box.setAttribute("aria-controls", list.id);
box.setAttribute("aria-expanded", "false");
