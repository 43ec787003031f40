// SPDX-License-Identifier: Apache-2.0
// Published examples of Signature Version 4: the cases of AWS's test suite that a client of these APIs
// meets, and the worked example of the user guide (IAM ListUsers), as values.

export const key = { keyId: 'AKIDEXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
export const date = '20150830T123600Z';
export const region = 'us-east-1';

const host = 'example.amazonaws.com';
const token = 'AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==';

export const vectors = [
	{ name: 'get-vanilla', method: 'GET', url: '/', headers: { host }, signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31' },
	{ name: 'get-vanilla-query-order-key-case', method: 'GET', url: '/?Param1=value1&Param2=value2', headers: { host }, signature: 'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500' },
	{ name: 'get-header-value-trim', method: 'GET', url: '/', headers: { host, 'my-header1': ' value1', 'my-header2': ' "a   b   c"' }, signature: 'acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736' },
	{ name: 'post-vanilla', method: 'POST', url: '/', headers: { host }, signature: '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b' },
	{ name: 'post-x-www-form-urlencoded', method: 'POST', url: '/', headers: { host, 'content-type': 'application/x-www-form-urlencoded' }, body: 'Param1=value1', signature: 'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a' },
	{ name: 'post-sts-header-before', method: 'POST', url: '/', headers: { host, 'x-amz-security-token': token }, signature: '85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead' },
	{ name: 'IAM ListUsers', service: 'iam', method: 'GET', url: '/?Action=ListUsers&Version=2010-05-08', headers: { host: 'iam.amazonaws.com', 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }, signature: '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7' },
].map(v => ({ service: 'service', ...v, headers: { ...v.headers, 'x-amz-date': date } }));
