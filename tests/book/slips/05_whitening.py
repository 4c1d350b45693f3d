"""Wrong answers to the exercises of chapter 5, as readers write them."""

SLIPS = {
    "ex-two-by-two": [
        (
            "the inverse of Phi; wanted is the root",
            "def zca_of_two():\n    return np.linalg.inv([[5, 4], [4, 5]])",
        ),
        (
            "the root of Phi; one more step",
            "def zca_of_two():\n    return np.array([[2.0, 1.0], [1.0, 2.0]])",
        ),
        (
            "the step that turns back is missing",
            "def zca_of_two():\n"
            "    d, U = np.array([9, 1]), np.array([[1, 1], [1, -1]]) / np.sqrt(2)\n"
            "    return np.diag(d**-0.5) @ U.T",
        ),
        (
            "the eigenvectors need the length 1",
            "def zca_of_two():\n"
            "    U = np.array([[1, 1], [1, -1]])\n"
            "    return U @ np.diag([1 / 3, 1]) @ U.T",
        ),
        (
            "the two eigenvalues have changed places",
            "def zca_of_two():\n"
            "    U = np.array([[1, 1], [1, -1]]) / np.sqrt(2)\n"
            "    return U @ np.diag([1, 1 / 3]) @ U.T",
        ),
    ],
    "ex-back": [
        (
            "the mean is missing",
            "def unwhiten(Z, mean, d, U, epsilon):\n"
            "    return Z @ U @ np.diag(np.sqrt(d + epsilon)) @ U.T",
        ),
        (
            "this whitens once more",
            "def unwhiten(Z, mean, d, U, epsilon):\n"
            "    return mean + Z @ U @ np.diag((d + epsilon) ** -0.5) @ U.T",
        ),
        (
            "epsilon is missing, so what comes back",
            "def unwhiten(Z, mean, d, U, epsilon):\n"
            "    return mean + (U @ np.diag(d**0.5) @ U.T @ Z.T).T",
        ),
        (
            "added before the root is taken",
            "def unwhiten(Z, mean, d, U, epsilon):\n"
            "    return Z @ U @ np.diag(np.sqrt(d) + epsilon) @ U.T + mean",
        ),
        (
            "this undoes PCA whitening",
            "def unwhiten(Z, mean, d, U, epsilon):\n"
            "    return Z @ np.diag(np.sqrt(d + epsilon)) @ U.T + mean",
        ),
        (
            None,
            "def unwhiten(Z, mean, d, U, epsilon):\n"
            "    return (Z + mean) @ U @ np.diag(np.sqrt(d + epsilon)) @ U.T",
        ),
    ],
    "ex-cholesky": [
        (
            "this is P itself",
            "def rotation_of_cholesky(Phi, d, U):\n"
            "    return np.linalg.inv(np.linalg.cholesky(Phi))",
        ),
        (
            "solved for Q they multiply",
            "def rotation_of_cholesky(Phi, d, U):\n"
            "    L = np.linalg.cholesky(Phi)\n"
            "    return np.linalg.solve(L, U) @ np.diag(d**-0.5)",
        ),
        (
            "the transpose of Q",
            "def rotation_of_cholesky(Phi, d, U):\n"
            "    L = np.linalg.cholesky(Phi)\n"
            "    return np.diag(d**0.5) @ U.T @ np.linalg.inv(L).T",
        ),
        (
            "you took L where its inverse is wanted",
            "def rotation_of_cholesky(Phi, d, U):\n"
            "    return np.linalg.cholesky(Phi) @ U @ np.diag(np.sqrt(d))",
        ),
        (
            None,
            "def rotation_of_cholesky(Phi, d, U):\n"
            "    L = np.linalg.cholesky(Phi)\n"
            "    return np.linalg.inv(L).T @ U @ np.diag(np.sqrt(d))",
        ),
    ],
    "ex-welford": [
        (
            "the mean moves too",
            "def updated_scatter(N, mean, S, x):\n"
            "    new = x - mean\n"
            "    return S + np.outer(new, new)",
        ),
        (
            "a factor N is missing",
            "def updated_scatter(N, mean, S, x):\n"
            "    new = x - mean\n"
            "    return S + np.outer(new, new) / (N + 1)",
        ),
        (
            "the scatter is not divided",
            "def updated_scatter(N, mean, S, x):\n"
            "    delta = x - mean\n"
            "    return (S + np.outer(delta, delta) * N / (N + 1)) / (N + 1)",
        ),
        (
            "the outer product is wanted",
            "def updated_scatter(N, mean, S, x):\n"
            "    delta = x - mean\n"
            "    return S + N / (N + 1) * delta @ delta",
        ),
        (
            None,
            "def updated_scatter(N, mean, S, x):\n"
            "    new_mean = (N * mean + x) / (N + 1)\n"
            "    return S + np.outer(x - new_mean, x - new_mean)",
        ),
    ],
    "ex-correlation": [
        (
            "without standardising",
            "def zca_cor(Phi):\n"
            "    d, U = np.linalg.eigh(Phi)\n"
            "    return U @ np.diag(d**-0.5) @ U.T",
        ),
        (
            "this whitens standardised samples",
            "def zca_cor(Phi):\n"
            "    s = np.sqrt(np.diag(Phi))\n"
            "    g, B = np.linalg.eigh(Phi / s / s[:, None])\n"
            "    return B @ np.diag(g**-0.5) @ B.T",
        ),
        (
            "standardising comes first",
            "def zca_cor(Phi):\n"
            "    s = np.sqrt(np.diag(Phi))\n"
            "    g, B = np.linalg.eigh(Phi / s / s[:, None])\n"
            "    return np.diag(1 / s) @ B @ np.diag(g**-0.5) @ B.T",
        ),
        (
            "variances where standardising wants deviations",
            "def zca_cor(Phi):\n"
            "    s = np.sqrt(np.diag(Phi))\n"
            "    g, B = np.linalg.eigh(Phi / np.outer(s, s))\n"
            "    return B / np.sqrt(g) @ B.T @ np.diag(1 / np.diag(Phi))",
        ),
        (
            "this is the inverse of the correlations",
            "def zca_cor(Phi):\n"
            "    s = np.sqrt(np.diag(Phi))\n"
            "    G = Phi / np.outer(s, s)\n"
            "    return np.linalg.inv(G) @ np.diag(1 / s)",
        ),
    ],
    "ex-effective": [
        (
            "your halving keeps the wrong half",
            "def epsilon_for(n, d):\n"
            "    a, b = 1e-12 * d[0], 1e12 * d[0]\n"
            "    for _ in range(200):\n"
            "        m = np.sqrt(a * b)\n"
            "        if (d / (d + m)).sum() > n:\n"
            "            b = m\n"
            "        else:\n"
            "            a = m\n"
            "    return m",
        ),
        (
            "the effective number is the sum",
            "def epsilon_for(n, d):\n"
            "    a, b = 1e-12 * d[0], 1e12 * d[0]\n"
            "    for _ in range(100):\n"
            "        m = np.sqrt(a * b)\n"
            "        if np.mean(d / (d + m)) < n:\n"
            "            b = m\n"
            "        else:\n"
            "            a = m\n"
            "    return m",
        ),
        (
            "no roots here",
            "def epsilon_for(n, d):\n"
            "    a, b = 1e-12 * d[0], 1e12 * d[0]\n"
            "    for _ in range(100):\n"
            "        m = np.sqrt(a * b)\n"
            "        if np.sqrt(d / (d + m)).sum() < n:\n"
            "            b = m\n"
            "        else:\n"
            "            a = m\n"
            "    return m",
        ),
        (
            None,
            "def epsilon_for(n, d):\n    return np.interp(n, [0, len(d)], [d[0], 0])",
        ),
    ],
    "ex-circulant": [
        (
            "which makes it worse",
            "def zca_filter(c):\n    return np.real(np.fft.ifft(np.sqrt(np.fft.fft(c).real)))",
        ),
        (
            "a row of the inverse of Phi",
            "def zca_filter(c):\n    return np.real(np.fft.ifft(1 / np.fft.fft(c)))",
        ),
        (
            "transform back, to have them as a filter",
            "def zca_filter(c):\n    return 1 / np.sqrt(np.abs(np.fft.fft(c)))",
        ),
        (
            "the second transform must be the inverse",
            "def zca_filter(c):\n    return np.fft.fft(np.fft.fft(c).real ** -0.5).real",
        ),
        (
            "transform before the root",
            "def zca_filter(c):\n    return 1 / np.sqrt(c)",
        ),
    ],
    "ex-procrustes": [
        (
            "the transpose of the best Q",
            "def whitening_towards(C, d, U):\n"
            "    A, s, Bt = np.linalg.svd(C @ U @ np.diag(d**-0.5))\n"
            "    return Bt.T @ A.T @ np.diag(d**-0.5) @ U.T",
        ),
        (
            "that is Q; wanted is P",
            "def whitening_towards(C, d, U):\n"
            "    A, s, Bt = np.linalg.svd(C @ U @ np.diag(d**-0.5))\n"
            "    return A @ Bt",
        ),
        (
            "the third factor transposed already",
            "def whitening_towards(C, d, U):\n"
            "    A, s, B = np.linalg.svd(C @ U @ np.diag(d**-0.5))\n"
            "    return A @ B.T @ np.diag(d**-0.5) @ U.T",
        ),
        (
            "it does not whiten",
            "def whitening_towards(C, d, U):\n"
            "    Phi = U @ np.diag(d) @ U.T\n"
            "    return C @ np.linalg.inv(Phi)",
        ),
        (
            "the deviations are missing in M",
            "def whitening_towards(C, d, U):\n"
            "    A, s, Bt = np.linalg.svd(C @ U)\n"
            "    return A @ Bt @ np.diag(d**-0.5) @ U.T",
        ),
    ],
}
