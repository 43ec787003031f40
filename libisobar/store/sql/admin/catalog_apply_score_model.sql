-- SPDX-License-Identifier: Apache-2.0
-- Brings score_model to the state of its staging table; former rows move to score_model_version.
-- A model that the program no longer has stays: explanations name it.
-- $1 the instant from which it holds.  Returns n_changed.
with former as (
    select t.model
      from isobar.score_model as t
      join stage_score_model as s using (model)
     where (t.checksum, t.body) is distinct from (s.checksum, s.body)
), kept as (
    insert into isobar.score_model_version (model, checksum, body, valid_from, valid_to)
    select t.model, t.checksum, t.body, t.valid_from, $1::timestamptz
      from former as f
      join isobar.score_model as t using (model)
), changed as (
    update isobar.score_model as t
       set checksum = s.checksum, body = s.body, valid_from = $1::timestamptz
      from former as f
      join stage_score_model as s using (model)
     where t.model = f.model
), added as (
    insert into isobar.score_model (model, checksum, body, valid_from)
    select s.model, s.checksum, s.body, $1::timestamptz
      from stage_score_model as s
     where not exists (
           select
             from isobar.score_model as t
            where t.model = s.model)
 returning 1
)
select (select count(*) from former) + (select count(*) from added) as n_changed;
