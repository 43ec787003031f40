-- SPDX-License-Identifier: Apache-2.0
-- What makes the tables of a scratch schema: those of isobar, empty and not logged; runs and records, which
-- are only read, are looked at where they are.  What nobody looks up there has no index.
-- $1 name of the schema.  Returns command.
select case when c.relname in ('payload_segment', 'run', 'run_scope', 'source')
            then format('create view %1$I.%2$I as table isobar.%2$I', $1::text, c.relname)
            when c.relname in ('risk', 'risk_event', 'risk_rank_history', 'score_history')
            then format('create unlogged table %1$I.%2$I (like isobar.%2$I including defaults including identity)',
                        $1, c.relname)
            else format('create unlogged table %1$I.%2$I (like isobar.%2$I including defaults including constraints '
                        'including identity including generated including indexes including storage)',
                        $1, c.relname)
       end as command
  from pg_class as c
 where c.relnamespace = 'isobar'::regnamespace
   and c.relkind = 'r'
 order by c.relname
