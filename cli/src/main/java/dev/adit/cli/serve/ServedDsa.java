package dev.adit.cli.serve;

import dev.adit.cli.boot.ImsOptions;
import dev.adit.devices.Dma;
import dev.adit.devices.PciFunction;
import dev.adit.devices.dsa.DsaDevice;
import dev.adit.devices.dsa.DsaProfile;
import dev.adit.devices.dsa.DsaProfile.Option;
import dev.adit.devices.dsa.DsaStatistics;
import dev.adit.devices.dsa.EnginePolicy;
import dev.adit.devices.dsa.spec.ImsEntry;
import dev.adit.host.FunctionServer;
import dev.adit.host.GuestMessages;
import dev.adit.host.HostRemapper;
import dev.adit.host.HostTenant;
import dev.adit.host.ParavirtualIms;
import dev.adit.host.PassedStore;
import dev.adit.host.RegisterAccesses;
import dev.adit.host.TrappedIms;
import dev.adit.interrupts.IsolationLevel;
import dev.adit.interrupts.MessageSink;
import dev.adit.interrupts.MessageStore;
import dev.adit.vfiouser.EventLoops;
import dev.adit.vfiouser.ServerOptions;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A DSA on a socket, with its interrupt message store served to the guest in one of the ways. */
public final class ServedDsa implements AutoCloseable {
  /** The function's number on the host's bus: 6a:01.0, as on a real machine. */
  public static final int REQUESTER_ID = 0x6a08;

  /** Another tenant of the host's remapper, at 6a:02.0, whom a guest may try to reach. */
  private static final int BYSTANDER_ID = 0x6a10;

  private static final int BYSTANDER_ENTRIES = 8;

  private final FunctionServer<PciFunction> server;
  private final ImsOptions.Way way;
  private @Nullable DsaDevice device;
  private final @Nullable HostTenant tenant;
  private @Nullable GuestMessages messages;
  private @Nullable PassedStore store;

  /**
   * Serves one to a guest that is alone on the host's remapper, but for a tenant that never sends.
   *
   * @param profile without the options that follow from the way
   */
  public ServedDsa(
      EventLoops loops, Path path, DsaProfile profile, EnginePolicy policy, ImsOptions.Way way) {
    this(loops, path, profile, policy, way, way.judged() ? alone() : null);
  }

  /**
   * Serves one.
   *
   * @param profile without the options that follow from the way
   * @param tenant the guest as the host's remapper knows it, if that judges its messages
   */
  public ServedDsa(
      EventLoops loops,
      Path path,
      DsaProfile profile,
      EnginePolicy policy,
      ImsOptions.Way way,
      @Nullable HostTenant tenant) {
    this.way = way;
    this.tenant = tenant;
    server =
        FunctionServer.serve(
            loops,
            path,
            ServerOptions.defaults(),
            (dma, guest) -> make(profile(profile, way), policy, dma, guest));
  }

  private static HostTenant alone() {
    HostRemapper host = new HostRemapper();
    host.join(BYSTANDER_ID, MessageStore.NO_PASID).hold(BYSTANDER_ENTRIES);
    return host.join(REQUESTER_ID, MessageStore.NO_PASID);
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
    // Where nothing is granted, what a guest writes there leads nowhere.
    MessageSink nowhere = (to, data, rid, pasid) -> {};
    HostTenant judge = tenant;
    MessageSink sink = judge != null ? judge : way == ImsOptions.Way.viommu ? guest : nowhere;
    int requesterId = judge != null ? judge.requesterId() : REQUESTER_ID;
    DsaDevice dsa = new DsaDevice(profile, policy, dma, sink, requesterId);
    device = dsa;
    if (judge == null) {
      return dsa;
    }
    PassedStore passed =
        way == ImsOptions.Way.pv
            ? new ParavirtualIms(dsa, 0, DsaProfile.CALL, judge, guest, IsolationLevel.REQUESTER_ID)
            : new TrappedIms(
                dsa, ImsEntry.FORMAT, 0, DsaProfile.IMS_OFFSET, profile.imsEntries(), judge, guest);
    store = passed;
    return passed;
  }

  /** {@return the socket} */
  public Path path() {
    return server.path();
  }

  /** {@return what the device counted} */
  public DsaStatistics statistics() {
    return Objects.requireNonNull(device).statistics();
  }

  /** {@return what the guest has cost so far} */
  public Spent spent() {
    RegisterAccesses accesses = server.accesses();
    long carried = messages == null ? 0 : messages.sent();
    return new Spent(accesses.reads(), accesses.writes(), carried);
  }

  /** {@return how many messages of the guest's found nobody} */
  public long lost() {
    return messages == null ? 0 : messages.lost();
  }

  /** {@return what the host knows of the guest's messages, if its remapper judges them} */
  public Optional<HostTenant> tenant() {
    return Optional.ofNullable(tenant);
  }

  /** {@return how many messages the guest holds at the host, if that judges them} */
  public int held() {
    PassedStore passed = store;
    return passed == null ? 0 : passed.held();
  }

  /**
   * Messages over the socket.
   *
   * @param reads of registers
   * @param writes of registers
   * @param interrupts carried to the guest as messages of its own
   */
  public record Spent(long reads, long writes, long interrupts) {
    public Spent since(Spent before) {
      return new Spent(
          reads - before.reads, writes - before.writes, interrupts - before.interrupts);
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
