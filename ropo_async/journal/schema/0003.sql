-- Indexes that every record pays for several times, and that only some ways of delivery look at: these add them when
-- they are first asked for.
DROP INDEX record_leased;
DROP INDEX record_next;
DELETE FROM meta WHERE name = 'by invoice';
