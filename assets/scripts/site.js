// Pages are complete without this file. With it: errors are focused, counters count, a location can be
// added by the phone, and a second press of a button sends nothing. Extra questions open by style sheet alone:
// govuk-frontend's Radios puts aria-expanded on inputs, which ARIA does not allow there.
import { CharacterCount, createAll, ErrorSummary, SkipLink } from "govuk-frontend";
import { guardForms } from "./once.js";
import { offerFile } from "./lists.js";
import { offerLocation } from "./locate.js";

document.documentElement.classList.add("js");
document.body.classList.add("js-enabled", "govuk-frontend-supported");
for (const component of [CharacterCount, ErrorSummary, SkipLink]) createAll(component);
document.querySelectorAll("form[method=post]").forEach(guardForms);
document.querySelectorAll("[data-locate]").forEach(offerLocation);
document.querySelectorAll("[data-list]").forEach(offerFile);
