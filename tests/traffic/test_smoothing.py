import numpy as np
import pytest

from cityloop.traffic.smoothing import SampleHistory, SplineKernel, cubic_b_spline


def test_kernel_is_the_cubic_b_spline():
    u = np.array([0.0, 0.5, 1.0, 1.5, 2.0, -1.0, 3.0])
    expected = [2 / 3, 23 / 48, 1 / 6, 1 / 48, 0, 1 / 6, 0]
    np.testing.assert_allclose(cubic_b_spline(u), expected, atol=1e-15)


@pytest.mark.parametrize("derivative", [1, 2])
def test_kernel_derivatives_match_finite_differences(derivative):
    u, h = np.linspace(-2.2, 2.2, 89) + 0.003, 1e-6
    lower = cubic_b_spline(u + h, derivative - 1) - cubic_b_spline(u - h, derivative - 1)
    np.testing.assert_allclose(cubic_b_spline(u, derivative), lower / (2 * h), atol=1e-5)


def test_kernel_has_no_third_derivative():
    with pytest.raises(ValueError, match="not 3"):
        cubic_b_spline(np.zeros(1), 3)


@pytest.mark.parametrize("dt_s", [0.01, 1 / 30, 0.05, 0.1, 0.2])
@pytest.mark.parametrize("share", [-1.0, -0.5, 0.0])
def test_weights_keep_straight_uniform_motion(dt_s, share):
    kernel = SplineKernel(dt_s)
    assert kernel.sample_s == pytest.approx(kernel.sample_ticks * dt_s)
    assert 0.06 < kernel.sample_s <= max(0.1, dt_s)
    before_s = (np.arange(kernel.window) - kernel.lookahead) * kernel.sample_s
    samples = 3.0 - 7.0 * before_s  # 3 m at the last exact tick, 7 m/s
    offset = share * kernel.sample_ticks
    assert kernel.weights(0, offset) @ samples == pytest.approx(3.0 + 7.0 * offset * dt_s)
    assert kernel.weights(1, offset) @ samples == pytest.approx(7.0)
    assert kernel.weights(2, offset) @ samples == pytest.approx(0.0, abs=1e-9)


def test_acceleration_of_a_parabola_is_exact():
    kernel = SplineKernel(0.05)
    t = -(np.arange(kernel.window) - kernel.lookahead) * kernel.sample_s
    assert kernel.weights(2) @ (0.5 * 1.7 * t**2) == pytest.approx(1.7)
    assert kernel.weights(1) @ (0.5 * 1.7 * t**2) == pytest.approx(0.0, abs=1e-12)


def go_on(history, tick, sample):
    """Go on to a tick; where one is due, the newest sample that it can be shown with is pushed."""
    if tick % history.kernel.sample_ticks:
        history.go_on()
    else:
        history.push(np.array([sample(tick + history.kernel.sample_ticks - 1)]))


def test_history_shows_a_step_late_and_without_a_jump():
    kernel = SplineKernel(0.05)
    history = SampleHistory(kernel, channels=1)
    history.append(np.array([[0.0]]), np.array([[0.0]]))
    shown, speed = [], []
    for tick in range(80):
        go_on(history, tick, lambda newest: [0.0 if newest < 40 else 1.0])
        shown.append(history.curve()[0, 0])
        speed.append(history.curve(1)[0, 0])
    # Half way up between the samples before and after, shown so much later.
    half = np.interp(0.5, shown, np.arange(80))
    assert half == pytest.approx(40 - kernel.sample_ticks / 2 + kernel.delay_ticks - 1)
    central = (np.array(shown[2:]) - np.array(shown[:-2])) / 0.1
    assert np.abs(central - speed[1:-1]).max() < 0.06 * max(speed)
    assert max(shown) <= 1.0 + 1e-12


def test_ticks_between_samples_are_on_the_same_curve():
    """A velocity is the mean slope over two ticks, less what the third derivative makes of it."""
    kernel = SplineKernel(0.02)
    history = SampleHistory(kernel, channels=1)
    history.append(np.array([[0.0]]), np.array([[0.0]]))
    shown = []
    for tick in range(200):
        go_on(history, tick, lambda newest: [np.sin(0.04 * newest)])
        shown.append([history.curve(derivative)[0, 0] for derivative in (0, 1, 2)])
    position, velocity, acceleration = np.array(shown[60:]).T
    np.testing.assert_allclose((position[2:] - position[:-2]) / 0.04, velocity[1:-1], atol=0.002)
    # The acceleration is a straight line between samples, which fall on ticks.
    mean = (acceleration[1:] + acceleration[:-1]) / 2
    np.testing.assert_allclose(np.diff(velocity) / 0.02, mean, atol=1e-9)


def test_a_newcomer_has_been_moving_at_its_rate():
    kernel = SplineKernel(0.05)
    history = SampleHistory(kernel, channels=2)
    history.append(np.array([[5.0, 1.0]]), np.array([[10.0, 0.0]]))
    for k in range(1, kernel.lookahead + 1):
        history.push(np.array([[5.0 + 1.0 * k, 1.0]]))
    np.testing.assert_allclose(history.curve()[0], [4.5, 1.0])  # a tick before
    history.go_on()
    np.testing.assert_allclose(history.curve()[0], [5.0, 1.0])
    np.testing.assert_allclose(history.curve(1)[0], [10.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(history.shown()[0], [5.0, 1.0])
    history.keep(np.array([False]))
    assert history.curve().shape == (0, 2)


def test_a_forecast_is_exact_for_uniform_motion_and_comes_true_for_smooth_motion():
    kernel = SplineKernel(0.05)
    history = SampleHistory(kernel, channels=1)
    history.append(np.array([[0.0]]), np.array([[8.0]]))
    for tick in range(60):
        go_on(history, tick, lambda newest: [8.0 * 0.05 * newest])
    now = history.curve()[0, 0]
    for j in (1, 4.5, 8):
        assert history.curve(0, j)[0, 0] == pytest.approx(now + 8.0 * 0.05 * j)
        assert history.curve(1, j)[0, 0] == pytest.approx(8.0)
    # Braking at 2 m/s^2: the samples that are still to come are little wrong, the curve less.
    history = SampleHistory(kernel, channels=1)
    history.append(np.array([[0.0]]), np.array([[12.0]]))
    forecast = {}
    for tick in range(80):
        go_on(history, tick, lambda newest: [12.0 * newest * 0.05 - (newest * 0.05) ** 2])
        forecast[tick + 8] = history.curve(0, 8)[0, 0]
        if tick > 40:
            assert history.curve()[0, 0] == pytest.approx(forecast[tick], abs=0.01)
