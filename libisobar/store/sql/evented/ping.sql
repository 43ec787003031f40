-- SPDX-License-Identifier: Apache-2.0
-- Asks whether the server is still there; a connection that only listens hears nothing else.
select 1 as n
