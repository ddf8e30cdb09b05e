"""Where payments are kept, on the shared table.

Access patterns: an order by its reference, and the order of a provider's payment (`payment#<id>`); orders whose
checkout may have ended (list `orders#due`, by the time); orders of a payer (list `payer#<fingerprint>`), payments of a
card's last digits on a day (list `card#<digits>#<day>`); tickets by code, and the codes of an order's tickets in
chunks (`places#...` under the order); refunds by id, and those that wait (lists `refunds#asked`, `refunds#going`);
postings of a day (list `postings#<day>`).
"""
