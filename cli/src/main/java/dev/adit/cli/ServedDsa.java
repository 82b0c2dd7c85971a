package dev.adit.cli;

import dev.adit.devices.Dma;
import dev.adit.devices.PciFunction;
import dev.adit.devices.dsa.DsaDevice;
import dev.adit.devices.dsa.DsaProfile;
import dev.adit.devices.dsa.DsaProfile.Option;
import dev.adit.devices.dsa.DsaStatistics;
import dev.adit.devices.dsa.EnginePolicy;
import dev.adit.host.FunctionServer;
import dev.adit.host.GuestMessages;
import dev.adit.host.HostRemapper;
import dev.adit.host.ParavirtualIms;
import dev.adit.host.RegisterAccesses;
import dev.adit.host.TrappedIms;
import dev.adit.interrupts.MessageSink;
import dev.adit.interrupts.spec.FaultReason;
import dev.adit.vfiouser.EventLoops;
import dev.adit.vfiouser.ServerOptions;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A DSA on a socket, with its interrupt message store served to the guest in one of the ways. */
final class ServedDsa implements AutoCloseable {
  /** What one guest is called where tenants have numbers. */
  private static final int VM = 1;

  /** The function's number on the host's bus: 6a:01.0, as on a real machine. */
  private static final int REQUESTER_ID = 0x6a08;

  /** Another tenant of the host's remapper, at 6a:02.0, whom a guest may try to reach. */
  private static final int BYSTANDER_VM = 2;

  private static final int BYSTANDER_ID = 0x6a10;
  private static final int BYSTANDER_ENTRIES = 8;

  private final FunctionServer<PciFunction> server;
  private final ImsOptions.Way way;
  private @Nullable DsaDevice device;
  private @Nullable GuestMessages messages;
  private @Nullable HostRemapper remapper;

  /**
   * Serves one.
   *
   * @param profile without the options that follow from the way
   */
  ServedDsa(
      EventLoops loops, Path path, DsaProfile profile, EnginePolicy policy, ImsOptions.Way way) {
    this.way = way;
    server =
        FunctionServer.serve(
            loops,
            path,
            ServerOptions.defaults(),
            (dma, guest) -> make(profile(profile, way), policy, dma, guest));
  }

  private static DsaProfile profile(DsaProfile profile, ImsOptions.Way way) {
    DsaProfile ims = profile.withIms(DsaProfile.physical().imsEntries());
    DsaProfile granted = ims.with(Option.GRANTED_IMS).with(Option.HANDLES);
    return switch (way) {
      case off -> profile.withIms(0);
      case silent -> ims;
      case trap, viommu -> granted;
      case pv -> granted.with(Option.MAPPABLE_IMS);
    };
  }

  private PciFunction make(DsaProfile profile, EnginePolicy policy, Dma dma, GuestMessages guest) {
    messages = guest;
    boolean judged = way == ImsOptions.Way.trap || way == ImsOptions.Way.pv;
    HostRemapper host = judged ? new HostRemapper() : null;
    remapper = host;
    if (host != null) {
      host.bystander(BYSTANDER_VM, BYSTANDER_ID, BYSTANDER_ENTRIES);
    }
    // Where nothing is granted, what a guest writes there leads nowhere.
    MessageSink nowhere = (to, data, rid, pasid) -> {};
    MessageSink sink = host != null ? host : way == ImsOptions.Way.viommu ? guest : nowhere;
    DsaDevice dsa = new DsaDevice(profile, policy, dma, sink, REQUESTER_ID);
    device = dsa;
    if (host == null) {
      return dsa;
    }
    return way == ImsOptions.Way.pv
        ? new ParavirtualIms(dsa, 0, DsaProfile.CALL, host, guest, VM, REQUESTER_ID)
        : new TrappedIms(
            dsa, 0, DsaProfile.IMS_OFFSET, profile.imsEntries(), host, guest, VM, REQUESTER_ID);
  }

  /** {@return the socket} */
  Path path() {
    return server.path();
  }

  /** {@return what the device counted} */
  DsaStatistics statistics() {
    return Objects.requireNonNull(device).statistics();
  }

  /** {@return what the guest has cost so far} */
  Spent spent() {
    RegisterAccesses accesses = server.accesses();
    long carried = messages == null ? 0 : messages.sent();
    return new Spent(accesses.reads(), accesses.writes(), carried);
  }

  /** {@return how many messages of the guest's found nobody} */
  long lost() {
    return messages == null ? 0 : messages.lost();
  }

  /** {@return what the host's remapper stopped, by reason} */
  Map<FaultReason, Long> faults() {
    HostRemapper host = remapper;
    return host == null ? Map.of() : host.faults();
  }

  /** {@return how many interrupts of the guest reached another tenant} */
  long strayed() {
    HostRemapper host = remapper;
    return host == null ? 0 : host.strayed();
  }

  /** {@return what the host's remapper let through; -1 if there is none on the way} */
  long delivered() {
    HostRemapper host = remapper;
    return host == null ? -1 : host.delivered();
  }

  /**
   * Messages over the socket.
   *
   * @param reads of registers
   * @param writes of registers
   * @param interrupts carried to the guest as messages of its own
   */
  record Spent(long reads, long writes, long interrupts) {
    Spent since(Spent before) {
      return new Spent(
          reads - before.reads, writes - before.writes, interrupts - before.interrupts);
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
