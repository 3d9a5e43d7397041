import express from 'express';
import { MongoClient } from 'mongodb';

/** The least an ingestion door can do: parse JSON, insert it after a majority write, answer. */
async function main([uri = '', database = '', port = '']: readonly string[]): Promise<void> {
  const client = new MongoClient(uri, { writeConcern: { w: 'majority' }, maxPoolSize: 50 });
  const events = client.db(database).collection<{ _id: string }>('floorSingles');
  const app = express().use(express.json());
  app.post('/v1/track', async (request, response) => {
    const event = request.body as { messageId: string };
    await events.insertOne({ ...event, _id: event.messageId });
    response.json({ success: true });
  });
  await client.connect();
  app.listen(Number(port), '127.0.0.1');
}

void main(process.argv.slice(2));
