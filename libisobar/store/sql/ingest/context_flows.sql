-- Whether there is anything for context_flow to do: the org has edges, or had some by which exposure went on.
-- $1 org_id.  Returns flows.
select exists (select
                 from isobar.asset_edge
                where org_id = $1)
       or exists (select
                    from isobar.asset_claim
                   where org_id = $1
                     and origin = 'edge:exposure') as flows
