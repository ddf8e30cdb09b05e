// Pages are complete without this file. With it: errors are focused, counters count, extra questions open when they
// are needed, a location can be added by the phone, and a second press of a button sends nothing.
import { CharacterCount, Checkboxes, createAll, ErrorSummary, Radios, SkipLink } from "govuk-frontend";
import { guardForms } from "./once.js";
import { offerLocation } from "./locate.js";

document.documentElement.classList.add("js");
document.body.classList.add("js-enabled", "govuk-frontend-supported");
for (const component of [CharacterCount, Checkboxes, ErrorSummary, Radios, SkipLink]) createAll(component);
document.querySelectorAll("form[method=post]").forEach(guardForms);
document.querySelectorAll("[data-locate]").forEach(offerLocation);
