package dev.adit.host.control;

import dev.adit.devices.dsa.DsaProfile;
import dev.adit.devices.dsa.DsaStatistics;
import dev.adit.devices.dsa.EnginePolicy;
import dev.adit.host.AdiType;
import dev.adit.host.Capacity;
import dev.adit.host.DevicePlan;
import dev.adit.host.FunctionPlan;
import dev.adit.host.Refusal;
import dev.adit.host.Registry;
import dev.adit.host.Result;
import dev.adit.host.SavedDevice;
import dev.adit.host.SocketEvents;
import dev.adit.host.VirtualDevice;
import dev.adit.host.control.DeviceAttributes.Portals;
import dev.adit.host.control.RefusedException.Reason;
import dev.adit.platform.Verdict;
import dev.adit.vfiouser.EventLoops;
import dev.adit.vfiouser.ServerEvents;
import dev.adit.vfiouser.ServerOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The {@link Registry} as the control plane sees it. */
public final class HostComposer implements Composer {
  private static final long SUSPEND_NANOS = 10_000_000_000L;

  private final EventLoops loops;
  private final Registry registry;
  private final EventLog events;
  private final Watch watch;

  private HostComposer(EventLoops loops, EventLog events) {
    this.loops = loops;
    this.events = events;
    registry = new Registry(loops);
    watch = new Watch(registry, events);
  }

  /**
   * Sets up the functions of a configuration.
   *
   * @throws RefusedException if one cannot be set up
   */
  public static HostComposer of(HostConfig config, EventLog events) {
    int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    HostComposer composer =
        new HostComposer(EventLoops.start(threads, EventLoops.Idle.BLOCK), events);
    try {
      for (HostConfig.FunctionConfig function : config.functions()) {
        Verdict verdict = value(composer.registry.add(plan(function)));
        events.add(
            function.name(),
            Event.Kind.STARTED,
            "set up; " + (verdict.allowed() ? "IMS" : "MSI-X") + ": " + verdict.reason());
      }
      composer.watch.start();
      return composer;
    } catch (RuntimeException e) {
      composer.close();
      throw e;
    }
  }

  private static FunctionPlan plan(HostConfig.FunctionConfig config) {
    DsaProfile physical = DsaProfile.physical();
    DsaProfile profile =
        physical
            .withSizes(config.wqs(), config.entries(), HostConfig.GROUPS, config.engines())
            .withIms(config.imsEntries());
    FunctionPlan even = FunctionPlan.even(config.name(), profile, config.shared());
    FunctionPlan plan =
        config
            .layout()
            .map(
                layout ->
                    new FunctionPlan(
                        config.name(),
                        profile,
                        EnginePolicy.threads(),
                        layout.engines(),
                        layout.queuePlans(),
                        config.ims(),
                        Optional.empty()))
            .orElse(even);
    return plan.withIms(config.ims());
  }

  private static <T> T value(Result<T> result) {
    return switch (result) {
      case Result.Done<T>(T value) -> value;
      case Result.Refused<T>(Refusal refusal) -> throw refused(refusal);
    };
  }

  private static RefusedException refused(Refusal refusal) {
    Reason reason =
        switch (refusal.reason()) {
          case IN_USE -> Reason.IN_USE;
          case NO_CAPACITY -> Reason.NO_CAPACITY;
          case NO_SUCH_TYPE -> Reason.NO_SUCH_TYPE;
          case NO_SUCH_FUNCTION -> Reason.NO_SUCH_FUNCTION;
          case NO_SUCH_DEVICE -> Reason.NO_SUCH_DEVICE;
          case BAD_REQUEST -> Reason.BAD_REQUEST;
          case NOT_PERMITTED -> Reason.NOT_ALLOWED;
          case BUSY -> Reason.BUSY;
          case NO_SOCKET -> Reason.FAILED;
        };
    return new RefusedException(reason, refusal.message());
  }

  @Override
  public List<FunctionStatus> functions() {
    return registry.functions().stream().map(this::function).toList();
  }

  private FunctionStatus function(String name) {
    FunctionPlan plan = registry.plan(name).orElseThrow();
    Capacity capacity = registry.capacity(name).orElseThrow();
    DsaStatistics statistics = registry.statistics(name).orElseThrow();
    Map<String, Long> statuses = new TreeMap<>();
    statistics.statuses().forEach((code, count) -> statuses.put("0x%02x".formatted(code), count));
    long msix = statistics.interrupts().stream().mapToLong(Long::longValue).sum();
    Verdict verdict = registry.verdict(name).orElseThrow();
    return new FunctionStatus(
        name,
        "dsa",
        types(plan).stream().map(type -> type(name, type)).toList(),
        queues(capacity, statistics),
        plan.groups().stream().mapToInt(Integer::intValue).sum(),
        capacity.imsEntries(),
        capacity.imsEntries() - capacity.imsFree(),
        (int) registry.devices().stream().filter(each -> each.physical().equals(name)).count(),
        statistics.completed(),
        statuses,
        Map.of("msix", msix, "ims", statistics.imsInterrupts()),
        use(verdict, capacity.imsEntries() > 0));
  }

  @Override
  public Map<String, List<String>> offers() {
    Map<String, List<String>> offers = new LinkedHashMap<>();
    for (String name : registry.functions()) {
      registry
          .plan(name)
          .ifPresent(
              plan -> offers.put(name, types(plan).stream().map(AdiType::toString).toList()));
    }
    return offers;
  }

  private static List<AdiType> types(FunctionPlan plan) {
    int shared = (int) plan.queues().stream().filter(FunctionPlan.QueuePlan::shared).count();
    int dedicated = plan.queues().size() - shared;
    List<AdiType> types = new ArrayList<>();
    for (int queues = 1; queues <= dedicated; queues++) {
      types.add(new AdiType(queues, false));
    }
    for (int queues = 1; queues <= shared; queues++) {
      types.add(new AdiType(queues, true));
    }
    return types;
  }

  private TypeStatus type(String function, AdiType type) {
    String queues = type.queues() == 1 ? "one" : Integer.toString(type.queues());
    String description =
        queues
            + (type.shared() ? " shared" : " dedicated")
            + (type.queues() == 1 ? " work queue" : " work queues")
            + (type.shared() ? ", a part of each" : "");
    return new TypeStatus(type.toString(), description, registry.room(function, type));
  }

  private static List<QueueStatus> queues(Capacity capacity, DsaStatistics statistics) {
    List<QueueStatus> queues = new ArrayList<>();
    for (Capacity.Queue queue : capacity.queues()) {
      queues.add(
          status(
              statistics.queues().get(queue.index()),
              queue.shared() ? "shared" : "dedicated",
              queue.size()));
    }
    return queues;
  }

  private static QueueStatus status(DsaStatistics.Queue queue, String mode, int size) {
    return new QueueStatus(
        queue.index(),
        mode,
        size,
        queue.occupancy(),
        queue.accepted(),
        queue.rejected(),
        queue.retried());
  }

  private static DeviceStatus.ImsUse use(Verdict verdict, boolean used) {
    return new DeviceStatus.ImsUse(
        verdict.ims().toString(),
        used,
        verdict.rule().id(),
        verdict.reason(),
        verdict.isolation().number());
  }

  @Override
  public Map<String, Long> faults() {
    return watch.faults();
  }

  @Override
  public QueueLayout layout(String function) {
    return QueueLayout.of(
        registry
            .plan(function)
            .orElseThrow(
                () -> new RefusedException(Reason.NO_SUCH_FUNCTION, "no function " + function)));
  }

  @Override
  public void check(DeviceDefinition definition, Optional<Tree> saved) {
    DevicePlan plan = plan(definition, Path.of("/"), ServerEvents.none());
    refuse(saved.isEmpty() ? registry.check(plan) : registry.checkResume(plan, saved(saved.get())));
  }

  private static void refuse(Optional<Refusal> refusal) {
    if (refusal.isPresent()) {
      throw refused(refusal.get());
    }
  }

  @Override
  public ActiveDevice start(DeviceDefinition definition, Path socket, Optional<Tree> saved) {
    Client client = new Client(definition.label(), events);
    DevicePlan plan = plan(definition, socket, client);
    Result<VirtualDevice> started =
        saved.isEmpty() ? registry.start(plan) : registry.resume(plan, saved(saved.get()));
    return new Active(value(started), client);
  }

  private static SavedDevice saved(Tree tree) {
    Section section = Section.of(tree, "a suspended device");
    String text = section.requiredText("base64", "QURWRA==");
    section.end();
    try {
      return value(SavedDevice.parse(Base64.getDecoder().decode(text)));
    } catch (IllegalArgumentException e) {
      throw section.wrong("base64", "is not base64");
    }
  }

  private static DevicePlan plan(DeviceDefinition definition, Path socket, ServerEvents client) {
    AdiType type =
        AdiType.parse(definition.type())
            .orElseThrow(
                () ->
                    new RefusedException(
                        Reason.NO_SUCH_TYPE,
                        "'" + definition.type() + "' is no type; types are called 1dwq or 1swq"));
    DeviceAttributes attributes = definition.attributes();
    DevicePlan.Limits none = DevicePlan.Limits.NONE;
    DevicePlan plan =
        DevicePlan.of(definition.label(), type, socket)
            .on(definition.parent())
            .withServer(ServerOptions.defaults().withEvents(client))
            .withFlavour(
                attributes.flavour().orElse(DeviceAttributes.Flavour.CONFIGURABLE)
                        == DeviceAttributes.Flavour.FIXED
                    ? DevicePlan.Flavour.FIXED
                    : DevicePlan.Flavour.CONFIGURABLE)
            .withMapped(attributes.portals().orElse(Portals.TRAP) == Portals.MMAP)
            .withLimits(
                new DevicePlan.Limits(
                    attributes.operations().orElse(none.operations()),
                    attributes.features().orElse(none.features()),
                    attributes.transferShift().orElse(none.transferShift()),
                    attributes.batchShift().orElse(none.batchShift())));
    return attributes.imsQuota().isPresent()
        ? plan.withImsQuota(attributes.imsQuota().getAsInt())
        : plan;
  }

  @Override
  public void close() {
    watch.close();
    registry.close();
    loops.close();
  }

  /** What happens on a device's socket. */
  private static final class Client implements ServerEvents {
    private final String label;
    private final EventLog events;
    private volatile boolean attached;

    Client(String label, EventLog events) {
      this.label = label;
      this.events = events;
    }

    @Override
    public void event(Kind kind, int detail, long suppressed) {
      switch (kind) {
        case ATTACHED -> attached = true;
        case DETACHED -> attached = false;
        default -> {}
      }
      events.add(label, Event.Kind.CLIENT, SocketEvents.text(kind, detail), 1 + suppressed);
    }
  }

  /** A device that runs. */
  private final class Active implements ActiveDevice {
    private final VirtualDevice device;
    private final Client client;

    Active(VirtualDevice device, Client client) {
      this.device = device;
      this.client = client;
    }

    @Override
    public DeviceStatus status() {
      var statistics = device.statistics();
      Verdict verdict = device.verdict();
      List<QueueStatus> queues = new ArrayList<>();
      String mode = device.plan().type().shared() ? "shared" : "dedicated";
      for (int i = 0; i < statistics.queues().size(); i++) {
        int size = device.profile().entries() / device.profile().wqs();
        queues.add(HostComposer.status(statistics.queues().get(i), mode, size));
      }
      return new DeviceStatus(
          device.state() == VirtualDevice.State.RUNNING
              ? DeviceStatus.State.RUNNING
              : DeviceStatus.State.SUSPENDED,
          client.attached,
          device.pasid(),
          device.entries().stream().filter(index -> index >= 0).toList(),
          use(verdict, device.ims()),
          queues,
          device.descriptors(),
          statistics.interrupts(),
          statistics.errors(),
          statistics.revocations());
    }

    @Override
    public void check(Event.Kind what) {
      refuse(
          switch (what) {
            case REVOKED -> device.checkRevoke();
            case SUSPENDED -> device.checkSuspend();
            case RESUMED -> device.checkResume();
            default -> Optional.empty();
          });
    }

    @Override
    public void reset() {
      value(device.reset());
    }

    @Override
    public void revoke() {
      value(device.revoke());
    }

    @Override
    public Map<String, Object> suspend() {
      SavedDevice saved = value(device.suspend(SUSPEND_NANOS));
      Map<String, Object> plain = new LinkedHashMap<>();
      plain.put("base64", Base64.getEncoder().encodeToString(saved.bytes()));
      return plain;
    }

    @Override
    public void resume() {
      value(device.resume());
    }

    @Override
    public void close() {
      value(registry.stop(device.name()));
      watch.ended(device);
    }
  }
}
