// What jsforce does with an org; its one JSON line goes to stdout.
const fs = require("node:fs");
const { Connection } = require("jsforce");

async function main(order) {
  const conn = new Connection({ loginUrl: order.instance_url, version: "66.0" });
  await conn.authorize({
    grant_type: "client_credentials",
    client_id: order.client_id,
    client_secret: order.client_secret,
  });
  const admin = new Connection({
    instanceUrl: order.instance_url,
    accessToken: "00D000000000000!expired",
    refreshToken: order.refresh_token,
    oauth2: { loginUrl: order.instance_url, clientId: order.client_id, clientSecret: order.client_secret },
    version: "66.0",
  });
  const queried = await conn.query("SELECT Id, Username FROM User").run({ autoFetch: true, maxFetch: 100000 });
  const exported = [];
  for await (const record of await conn.bulk2.query("SELECT Id, Username FROM User")) exported.push(record);
  const loaded = await admin.bulk2.loadAndWaitForResults({
    object: "User",
    operation: "update",
    input: [{ Id: order.user_id, Department: "By jsforce" }, { Id: order.nobody, Department: "Nowhere" }],
    pollInterval: 100,
    pollTimeout: 20000,
  });
  return {
    identity: (await conn.identity()).username,
    limits: await conn.limits(),
    objects: (await conn.describeGlobal()).sobjects.map((each) => each.name),
    fields: (await conn.describe("User")).fields.map((field) => field.name),
    counted: await conn.sobject("User").count(),
    queried: Object.fromEntries(queried.records.map((record) => [record.Id, record.Username])),
    exported: Object.fromEntries(exported.map((record) => [record.Id, record.Username])),
    retrieved: (await conn.sobject("User").retrieve([order.user_id]))[0].Id,
    loaded,
    destroyed: await admin.sobject("UserPackageLicense").destroy([order.assignment_id]),
  };
}

main(JSON.parse(fs.readFileSync(0, "utf8"))).then(
  (told) => process.stdout.write(JSON.stringify(told)),
  (error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  },
);
