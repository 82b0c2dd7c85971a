package dev.adit.host.control;

import dev.adit.devices.AdiType;
import dev.adit.devices.Refusal;
import dev.adit.devices.Refusal.Reason;
import dev.adit.devices.RefusedException;
import dev.adit.devices.Result;
import dev.adit.devices.Section;
import dev.adit.devices.Tree;
import dev.adit.host.Capacity;
import dev.adit.host.DevicePlan;
import dev.adit.host.FunctionPlan;
import dev.adit.host.Registry;
import dev.adit.host.SocketEvents;
import dev.adit.host.VirtualDevice;
import dev.adit.platform.Verdict;
import dev.adit.vfiouser.EventLoops;
import dev.adit.vfiouser.ServerEvents;
import dev.adit.vfiouser.ServerOptions;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
        Verdict verdict =
            value(
                composer.registry.add(
                    new FunctionPlan(
                        function.name(), function.model(), function.ims(), Optional.empty())));
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

  private static <T> T value(Result<T> result) {
    return switch (result) {
      case Result.Done<T>(T value) -> value;
      case Result.Refused<T>(Refusal refusal) -> throw new RefusedException(refusal);
    };
  }

  @Override
  public List<FunctionStatus> functions() {
    return registry.functions().stream().map(this::function).toList();
  }

  private FunctionStatus function(String name) {
    Capacity capacity = registry.capacity(name).orElseThrow();
    Verdict verdict = registry.verdict(name).orElseThrow();
    return new FunctionStatus(
        name,
        registry.plan(name).orElseThrow().model().kind(),
        registry.types(name).stream().map(type -> type(type, capacity)).toList(),
        capacity.imsEntries(),
        capacity.imsEntries() - capacity.imsFree(),
        (int) registry.devices().stream().filter(each -> each.physical().equals(name)).count(),
        registry.figures(name),
        use(verdict, capacity.imsEntries() > 0));
  }

  private static TypeStatus type(AdiType type, Capacity capacity) {
    return new TypeStatus(
        type.name(), type.description(), capacity.room().getOrDefault(type.name(), 0));
  }

  @Override
  public Map<String, List<String>> offers() {
    Map<String, List<String>> offers = new LinkedHashMap<>();
    for (String name : registry.functions()) {
      offers.put(name, registry.types(name).stream().map(AdiType::name).toList());
    }
    return offers;
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
  public Object layout(String function) {
    return registry
        .layout(function)
        .orElseThrow(
            () ->
                new RefusedException(
                    Reason.NO_SUCH_FUNCTION,
                    registry.functions().contains(function)
                        ? "no other tool knows the layout of " + function
                        : "no function " + function));
  }

  @Override
  public void check(DeviceDefinition definition, Optional<Tree> saved) {
    DevicePlan plan = plan(definition, Path.of("/"), ServerEvents.none());
    refuse(saved.isEmpty() ? registry.check(plan) : registry.checkResume(plan, saved(saved.get())));
  }

  private static void refuse(Optional<Refusal> refusal) {
    if (refusal.isPresent()) {
      throw new RefusedException(refusal.get());
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

  private static byte[] saved(Tree tree) {
    Section section = Section.of(tree, "a suspended device");
    String text = section.requiredText("base64", "QURWRA==");
    section.end();
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw section.wrong("base64", "is not base64");
    }
  }

  private static DevicePlan plan(DeviceDefinition definition, Path socket, ServerEvents client) {
    DeviceAttributes attributes = definition.attributes();
    return new DevicePlan(
        definition.label(),
        Optional.of(definition.parent()),
        definition.type(),
        attributes.chosen(),
        socket,
        ServerOptions.defaults().withEvents(client),
        attributes.imsQuota());
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
      return new DeviceStatus(
          device.state() == VirtualDevice.State.RUNNING
              ? DeviceStatus.State.RUNNING
              : DeviceStatus.State.SUSPENDED,
          client.attached,
          device.pasid(),
          device.entries().stream().filter(index -> index >= 0).toList(),
          use(device.verdict(), device.ims()),
          device.figures());
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
      byte[] saved = value(device.suspend(SUSPEND_NANOS));
      Map<String, Object> plain = new LinkedHashMap<>();
      plain.put("base64", Base64.getEncoder().encodeToString(saved));
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
