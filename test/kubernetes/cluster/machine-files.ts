/** Configuration files of a machine's daemons. Pure. */

export interface MachineFacts {
  readonly name: string;
  readonly folder: string;
  readonly address: string;
  readonly podNetwork: string;
  readonly cgroup: string;
  readonly clusterDns: string;
  readonly pauseImage: string;
  /** Authority of the API server's clients. */
  readonly authorityFile: string;
}

/** The container network: a bridge on each machine, routes between them. */
export function cniConfiguration({ folder, podNetwork }: MachineFacts): string {
  const ipam = {
    type: 'host-local',
    dataDir: `${folder}/cni-ipam`,
    ranges: [[{ subnet: podNetwork }]],
    routes: [{ dst: '0.0.0.0/0' }],
  };
  const bridge = { type: 'bridge', bridge: 'cni0', isGateway: true, hairpinMode: true, mtu: 1500, ipam };
  const portmap = { type: 'portmap', capabilities: { portMappings: true } };
  return JSON.stringify({ cniVersion: '0.4.0', name: 'pods', plugins: [bridge, portmap] });
}

/** restrict_oom_score_adj: the root of a virtual machine may lack the right to lower it. */
export function containerdConfiguration({ folder, pauseImage }: MachineFacts): string {
  return `version = 2
root = "${folder}/containerd"
state = "${folder}/containerd-run"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.devmapper"]
[grpc]
  address = "${folder}/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${folder}/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        BinaryName = "runc"
        SystemdCgroup = false
`;
}

export function kubeletConfiguration(facts: MachineFacts): string {
  const { folder } = facts;
  return JSON.stringify({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    // Hosts with the first version of cgroups are still about.
    failCgroupV1: false,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: facts.cgroup,
    containerRuntimeEndpoint: `unix://${folder}/containerd.sock`,
    address: facts.address,
    healthzBindAddress: '127.0.0.1',
    readOnlyPort: 0,
    tlsCertFile: `${folder}/pki/server.crt`,
    tlsPrivateKeyFile: `${folder}/pki/server.key`,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: facts.authorityFile },
    },
    authorization: { mode: 'Webhook' },
    clusterDNS: [facts.clusterDns],
    clusterDomain: 'cluster.local',
    resolvConf: `${folder}/resolv.conf`,
    failSwapOn: false,
    registerNode: true,
    nodeStatusUpdateFrequency: '4s',
    syncFrequency: '10s',
    imageGCHighThresholdPercent: 100,
    imageMinimumGCAge: '1000h',
    evictionHard: { 'nodefs.available': '0%', 'imagefs.available': '0%', 'memory.available': '100Mi' },
    enforceNodeAllocatable: ['pods'],
    maxPods: 50,
    podLogsDir: `${folder}/podlogs`,
    volumePluginDir: `${folder}/volume-plugins`,
  });
}
