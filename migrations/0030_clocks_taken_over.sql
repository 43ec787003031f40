-- SPDX-License-Identifier: Apache-2.0
-- When risks become one, or one is parted, a ledger takes over segments that begin earlier than it had them.
-- How it stood before then is told by the others.

alter table isobar.sla_segment add column written_at timestamptz;
comment on column isobar.sla_segment.written_at is 'When it was taken over from another risk; null: when it begins, or before. @volatile';
