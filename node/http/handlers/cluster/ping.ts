import { answerMetadata } from '../../answer-metadata.ts';
import { PING_TIMEOUT_MS } from '../../limits.ts';
import type { NodeServices } from '../../node-services.ts';
import { optionalText } from '../../parameters/parameters.ts';
import { json } from '../../response.ts';
import { type ServerHandler, serverRoute } from '../../routing/route.ts';

/** What one question to a node came to; milliseconds. */
interface Reply {
  readonly Time: number;
  readonly Error: string | null;
}

/**
 * How this node reaches the others, or the one with the tag `node`: times to ask each whether it is alive and where its
 * TCP port is, and the leader's view of the Rachis connection. At most `PING_TIMEOUT_MS` in all.
 */
const ping: ServerHandler = async (request, { node }) => {
  const asked = optionalText(request, 'node');
  const nodes = Object.entries(node.cluster.topology().allNodes).filter(
    ([tag]) => asked === undefined || tag === asked.toUpperCase(),
  );
  const peers = new Map(node.cluster.raft.status().peers.map((peer) => [peer.node.tag, peer]));
  const results = nodes.map(async ([tag, url]) => {
    const [SetupAlive, TcpInfo] = await Promise.all([
      time(node, `${url}/setup/alive`),
      time(node, `${url}/info/tcp?tcp=Test-Connection`),
    ]);
    const peer = peers.get(tag);
    return {
      Url: url,
      NodeTag: tag,
      SetupAlive,
      TcpInfo: { TcpInfoTime: TcpInfo.Time, Error: TcpInfo.Error },
      RachisConnection: peer === undefined ? null : { Connected: peer.isConnected, Error: peer.error },
    };
  });
  return json(200, { '@metadata': answerMetadata(request, node), Result: await Promise.all(results) });
};

async function time(node: NodeServices, url: string): Promise<Reply> {
  const startMs = performance.now();
  const reply = (error: string | null): Reply => ({
    Time: Math.round(performance.now() - startMs),
    Error: error,
  });
  try {
    const answer = await node.fetch(url, { signal: AbortSignal.timeout(PING_TIMEOUT_MS) });
    // Read to its end, so that the connection is free again.
    await answer.text();
    return reply(answer.ok ? null : `it answered ${answer.status}`);
  } catch (error) {
    // That it can't be reached is the answer.
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return reply(cause instanceof Error ? cause.message : String(cause));
  }
}

export const pingRoutes = [serverRoute('GET /admin/debug/node/ping', 'Operator', ping)];
