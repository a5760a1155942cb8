-- Payments and credit notes, each under the id that its caller gave it.

CREATE TABLE booking (
    id {serial},
    account BIGINT NOT NULL REFERENCES account (id),
    operation_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    digest {bytes} NOT NULL,
    body {bytes},                               -- NULL once purged or erased
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    billnum TEXT,
    created DOUBLE PRECISION NOT NULL,
    changed DOUBLE PRECISION NOT NULL,
    sender TEXT,
    sent BIGINT NOT NULL,
    sent_at DOUBLE PRECISION,
    due DOUBLE PRECISION,
    checks BIGINT NOT NULL,
    baseline TEXT,                              -- JSON
    http_status BIGINT,
    statusid BIGINT,
    answer {bytes},
    evidence TEXT NOT NULL,                     -- JSON
    version BIGINT NOT NULL,
    UNIQUE (account, operation_id)
);
CREATE INDEX booking_due ON booking (account, due) WHERE due IS NOT NULL;
CREATE INDEX booking_unsettled ON booking (account, operation_id) WHERE state IN ('prepared', 'sending', 'unknown');

-- What identifies the invoice of a booking.
CREATE TABLE booking_key (
    account BIGINT NOT NULL,
    key TEXT NOT NULL,
    booking BIGINT NOT NULL REFERENCES booking (id) ON DELETE CASCADE,
    PRIMARY KEY (account, key, booking)
);
CREATE INDEX booking_key_booking ON booking_key (booking);

-- The one booking of an invoice that is in flight.
CREATE TABLE booking_claim (
    account BIGINT NOT NULL,
    key TEXT NOT NULL,
    booking BIGINT NOT NULL REFERENCES booking (id) ON DELETE CASCADE,
    PRIMARY KEY (account, key)
);
CREATE INDEX booking_claim_booking ON booking_claim (booking);
