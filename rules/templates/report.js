"use strict";
const root = document.documentElement;
const choices = [...document.querySelectorAll("input[name=language]")];
const followLanguage = () => { root.lang = choices.find((choice) => choice.checked).value; };
const reveal = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
};
const everyDetail = (open) => { for (const part of document.querySelectorAll("details")) part.open = open; };

if (location.hash === "#en") choices.find((choice) => choice.value === "en").checked = true;
choices.forEach((choice) => choice.addEventListener("change", followLanguage));
addEventListener("hashchange", reveal);
for (const button of document.querySelectorAll("button[data-open]")) {
  button.hidden = false;
  button.addEventListener("click", () => everyDetail(button.dataset.open === "yes"));
}
followLanguage();
reveal();
