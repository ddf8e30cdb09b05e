// Pages about paying are complete without this file. With it: buttons count tickets, the total follows, the page of an
// order looks by itself whether something happened, and its address is copied by a press.
import { countTickets } from "./pay/count.js";
import { followOrder } from "./pay/follow.js";
import { offerCopy, offerPrint } from "./pay/take.js";

document.querySelectorAll("[data-count]").forEach(countTickets);
document.querySelectorAll("[data-follow]").forEach(followOrder);
document.querySelectorAll("[data-address]").forEach(offerCopy);
document.querySelectorAll("[data-print]").forEach(offerPrint);
