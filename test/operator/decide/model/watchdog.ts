import {
  type Action,
  isMembershipAction,
  type MembershipAction,
} from '../../../../operator/decide/action.ts';
import { ordinalOfTag, tagOfOrdinal } from '../../../../operator/decide/node-tag.ts';
import type { Observed } from '../../../../operator/decide/observed.ts';
import { holds } from './invariant.ts';
import type { World } from './world.ts';

const HOUR_MS = 60 * 60_000;

/** What must hold of every action of the operator, judged by how the world really is. */
export class Watchdog {
  /** A person has asked for this node to go on alone, since when the quorum was lost for good. */
  permittedSurvivor: string | undefined;
  readonly #world: World;
  #lastReplacementMs = Number.NEGATIVE_INFINITY;
  #lastReplaced = '';

  constructor(world: World) {
    this.#world = world;
  }

  check(action: Action, seen: Observed): void {
    const { rachis, databases } = this.#world;
    if (isMembershipAction(action)) {
      this.#checkMembership(action, seen);
      return;
    }
    switch (action.type) {
      case 'StopNode': {
        this.#checkStop(action.ordinal, action.reason);
        return;
      }
      case 'RestartNode': {
        this.#checkRestart(action.ordinal, seen);
        return;
      }
      case 'QuarantineData':
      case 'DeleteData':
      case 'AbandonNode': {
        this.#checkData(action.type, action.ordinal);
        return;
      }
      case 'GrowVolume': {
        this.#checkGrowth(action.ordinal, seen);
        return;
      }
      case 'RemoveDatabaseReplica': {
        const record = databases.named(action.database);
        if (record !== undefined && rachis.canCommit) {
          databases.requireAnotherCopy(record, action.tag, 'removing the copy on');
        }
        return;
      }
      case 'AddDatabaseReplica':
      case 'CreateDatabase': {
        const tags = action.type === 'CreateDatabase' ? action.tags : [action.tag];
        holds(tags.length > 0, `${action.database} is created nowhere`);
        for (const tag of tags) this.#checkPlace(action.database, tag);
        return;
      }
      case 'DeleteDatabase': {
        const isAsked = this.#world.wishes.resources.some(
          ({ spec, isDeleted }) =>
            spec.name === action.database && isDeleted && spec.reclaimPolicy === 'Delete',
        );
        holds(isAsked, `nobody asked to delete ${action.database}`);
        return;
      }
      case 'SetNodeProperties': {
        const known = this.#world.properties.get(action.tag) ?? {};
        const isNews = JSON.stringify(known) !== JSON.stringify(action.properties);
        holds(isNews, `the properties of ${action.tag} are written again as they are`);
        return;
      }
      default:
        return;
    }
  }

  /** Pods never disappear before the membership says so. */
  #checkStop(ordinal: number, reason: string): void {
    const { rachis } = this.#world;
    const tag = tagOfOrdinal(ordinal);
    if (reason === 'Hibernated') return;
    if (reason === 'Fenced') {
      const isPermitted = this.permittedSurvivor !== undefined && this.permittedSurvivor !== tag;
      holds(isPermitted, `${tag} is fenced, and nobody asked to recover`);
      return;
    }
    holds(!rachis.tags.includes(tag), `stopping ${tag} while the membership has it`);
  }

  /** Never less than a majority by our doing, and nobody restarts that is as it should be. */
  #checkRestart(ordinal: number, seen: Observed): void {
    const { rachis, databases, nodes, keeper } = this.#world;
    const tag = tagOfOrdinal(ordinal);
    const now = keeper.view(nodes.at(ordinal));
    const was = seen.nodes.find((node) => node.ordinal === ordinal);
    // Another pod has come meanwhile: the platform leaves it alone.
    if (was?.pod?.uid !== now.pod?.uid) return;
    holds(now.isOutdated, `restarting ${tag}, which runs as the spec says`);
    if (!rachis.takesPart(tag) || !rachis.hasQuorum()) return;
    const voters = rachis.topology?.members ?? [];
    const others = voters.filter((voter) => voter !== tag && rachis.takesPart(voter));
    const isNeeded = voters.includes(tag) && voters.length > 2;
    holds(!isNeeded || others.length > voters.length / 2, `restarting ${tag} loses the majority`);
    for (const record of databases.listing(tag)) {
      const copies = [...record.members, ...record.rehabs];
      const spares = record.members.filter((member) => member !== tag && rachis.takesPart(member));
      holds(
        record.disabled || copies.length < 2 || spares.length > 0,
        `restarting ${tag} takes ${record.name} away from everybody`,
      );
    }
  }

  #checkData(type: string, ordinal: number): void {
    const { rachis, set, nodes } = this.#world;
    const tag = tagOfOrdinal(ordinal);
    const isFencing = this.permittedSurvivor !== undefined && this.permittedSurvivor !== tag;
    holds(isFencing || !rachis.tags.includes(tag), `${type} of ${tag} while the membership has it`);
    if (type !== 'AbandonNode') return;
    const host = set?.view(nodes.at(ordinal)).host;
    holds(host?.lostSinceMs !== undefined, `${tag} is abandoned on a machine that is there`);
  }

  #checkGrowth(ordinal: number, seen: Observed): void {
    const { set, rachis } = this.#world;
    const claims = [...(set?.claims ?? [])];
    const growing = claims.filter(
      ([other, claim]) =>
        other !== ordinal &&
        claim.capacityBytes < claim.requestedBytes &&
        claim.growthError === undefined &&
        claim.capacityBytes > 0 &&
        set?.hosts.isUp(claim.host) === true,
    );
    holds(growing.length === 0, `two volumes grow at once: ${ordinal} and ${growing[0]?.[0]}`);
    // An earlier action of the same decision may have moved the lead.
    const leader = seen.nodes.find(({ answer }) => answer?.state === 'Leader')?.answer?.tag;
    const others = (rachis.topology?.members ?? []).filter((tag) => {
      const claim = set?.claims.get(ordinalOfTag(tag) ?? -1);
      const isSmall = claim !== undefined && claim.requestedBytes < (set?.wantedBytes ?? 0);
      return tag !== leader && rachis.takesPart(tag) && isSmall && claim.capacityBytes > 0;
    });
    const isLeader = tagOfOrdinal(ordinal) === leader;
    holds(!isLeader || others.length === 0, `the leader's volume grows before that of ${others[0]}`);
  }

  #checkPlace(database: string, tag: string): void {
    const { rachis, wishes, set, nodes } = this.#world;
    holds(rachis.tags.includes(tag), `a copy of ${database} on ${tag}, which does not belong`);
    const wish = [...wishes.resources]
      .filter(
        ({ spec, isDeleted }) => spec.name === database && !(isDeleted && spec.reclaimPolicy === 'Retain'),
      )
      .sort((a, b) => a.createdAtMs - b.createdAtMs)[0];
    const { tags = [], zones = [] } = wish?.spec.placement ?? {};
    const zone = set?.view(nodes.at(ordinalOfTag(tag) ?? -1)).zone ?? this.#world.properties.get(tag)?.zone;
    const isAllowed =
      (tags.length === 0 || tags.includes(tag)) && (zones.length === 0 || zones.includes(zone ?? ''));
    holds(isAllowed, `a copy of ${database} on ${tag}, where it may not be`);
  }

  #checkMembership(action: MembershipAction, seen: Observed): void {
    const { rachis, unanswered, nodes, databases } = this.#world;
    holds(unanswered.length === 0, `${action.type} while an unanswered request may still take effect`);
    if (action.type === 'RecoverCluster') {
      this.#checkRecovery(action.tag);
      return;
    }
    const joining = rachis.topology?.promotables ?? [];
    const isRemoval = action.type === 'RemoveNodeFromCluster';
    holds(joining.length === 0 || isRemoval, 'two joins in flight');
    if (action.type === 'AddNodeToCluster') {
      const node = nodes.at(action.ordinal);
      holds(
        node.disk.topology === undefined && node.data !== 'Detached',
        `${action.tag} joins with old data`,
      );
      const [listing] = databases.listing(action.tag);
      holds(listing === undefined, `${action.tag} joins empty while ${listing?.name} lists it`);
    }
    if (isRemoval || action.type === 'DemoteNode') {
      const left = (rachis.topology?.members ?? []).filter((tag) => tag !== action.tag);
      const commits = rachis.leader !== undefined && rachis.hasQuorum();
      const live = left.filter((tag) => rachis.takesPart(tag) || this.#isGoingUnseen(tag, seen));
      holds(
        !commits || live.length > left.length / 2,
        `${action.type} ${action.tag} leaves no live majority`,
      );
    }
    if (!isRemoval) return;
    for (const record of databases.listing(action.tag)) {
      databases.requireAnotherCopy(record, action.tag, 'the removal of');
    }
    if (action.reason === 'HostLost') this.#checkReplacement(action.tag);
  }

  /** Told to end at this very moment: it still answers, and nothing that the operator sees says otherwise. */
  #isGoingUnseen(tag: string, { nodes }: Observed): boolean {
    const ordinal = ordinalOfTag(tag);
    const shown = nodes.find((node) => node.ordinal === ordinal);
    const isGoing = this.#world.rachis.nodeOf(tag).process === 'Stopping';
    return isGoing && shown?.process === 'Running' && shown.answer !== undefined;
  }

  /** At most one replacement an hour, and only of what is really lost. */
  #checkReplacement(tag: string): void {
    const { set, nodes, nowMs } = this.#world;
    const host = set?.view(nodes.at(ordinalOfTag(tag) ?? -1)).host;
    holds(host?.lostSinceMs !== undefined, `${tag} is replaced, and its machine is there`);
    const key = `${tag} ${host?.name}`;
    const isOften = nowMs - this.#lastReplacementMs < HOUR_MS && key !== this.#lastReplaced;
    holds(!isOften, `${tag} is replaced within an hour of another one`);
    this.#lastReplacementMs = nowMs;
    this.#lastReplaced = key;
  }

  /** Nobody else can speak as the cluster that ends. */
  #checkRecovery(tag: string): void {
    const { nodes, rachis } = this.#world;
    holds(tag === this.permittedSurvivor, `${tag} goes on alone, and nobody asked for that`);
    const unfenced = nodes.all.filter((node) => {
      const other = tagOfOrdinal(node.ordinal);
      return other !== tag && rachis.takesPart(other);
    });
    holds(unfenced.length === 0, `${tag} goes on alone while ${unfenced[0]?.ordinal} is there as it was`);
  }
}
